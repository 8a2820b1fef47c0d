// Looks at a hub's pages as people do: node check_pages.mjs SANDBOX.json BROWSER PATH...
// Each page is valid HTML and, wide and narrow, light and dark, accessible (axe), within its width, and silent; nothing is asked of anybody but the hub.
// A form that tries a route is filled in and sent. Answers 0 (nothing found), 1 (faults, one a line).
import { X509Certificate, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import axe from "axe-core";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const [sandboxFile, browserPath, ...paths] = process.argv.slice(2);
const { base_url: hub, ca_file: caFile, keys } = JSON.parse(readFileSync(sandboxFile, "utf8"));
const looks = [1280, 360].flatMap(width => ["light", "dark"].map(colorScheme => ({ width, colorScheme })));
const judge = new HtmlValidate({ extends: ["html-validate:recommended"] });
const faults = [];

// Node checks the hub's certificate by the authority; the browser then trusts that one key, and no other.
const spki = await new Promise((resolve, reject) => {
  const { hostname, port } = new URL(hub);
  const socket = connect({ host: hostname, port, servername: hostname, ca: readFileSync(caFile) }, () => {
    resolve(new X509Certificate(socket.getPeerCertificate(true).raw).publicKey.export({ type: "spki", format: "der" }));
    socket.destroy();
  }).on("error", reject);
});
const browser = await chromium.launch({
  executablePath: browserPath,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--ignore-certificate-errors-spki-list=" + createHash("sha256").update(spki).digest("base64"),
  ],
});
const page = await browser.newPage();
page.setDefaultTimeout(120_000);
let current = "";
const fault = text => faults.push(`${current}: ${text}`);
page.on("request", request => { if (new URL(request.url()).origin !== new URL(hub).origin) fault("asks " + request.url()); });
page.on("console", message => { if (["error", "warning"].includes(message.type()) && !/status of 40[01]/.test(message.text())) fault("console: " + message.text()); });
page.on("pageerror", error => fault("script: " + error.message));

let audits = 0;
for (current of paths) {
  const response = await page.goto(hub + current);
  if (response.status() !== 200) fault("status " + response.status());
  for (const result of (await judge.validateString(await response.text(), current)).results)
    for (const message of result.messages) fault(`html-validate ${message.ruleId} at line ${message.line}: ${message.message}`);
  await look("");
}

if (paths.includes("/docs/reference/listChargePoints")) await tryIt("/docs/reference/listChargePoints", { "q-limit": "2" }, "Status 200", "charge_point_id");
if (paths.includes("/docs/reference/listChargingSessions")) {
  await tryIt("/docs/reference/listChargingSessions", { key: "" }, "Status 401", "CPH-2001");
  await tryIt("/docs/reference/listChargingSessions", { key: keys.gla, "q-limit": "2", "q-select": "session_id" }, "Status 200", "session_id");
}

await browser.close();
for (const line of faults) console.log(line);
console.log(`${paths.length} pages, ${audits} audits, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);

async function look(when) {
  for (const { width, colorScheme } of looks) {
    const setting = `${width} px, ${colorScheme}${when}`;
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) fault(`${setting}: ${over} px wider than the window`);
    if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => window.axe.run());
    audits++;
    for (const violation of violations) fault(`${setting}: axe ${violation.id}: ${violation.nodes.map(n => n.target.join(" ")).slice(0, 3).join(", ")}`);
  }
}

async function tryIt(path, fields, status, holds) {
  current = path;
  await page.goto(hub + path);
  for (const [name, value] of Object.entries(fields)) await page.fill(`form.try [name="${name}"]`, value);
  const limit = fields["q-limit"];
  if (limit && !(await page.textContent(".copy-as code")).includes("limit=" + limit)) fault("the sample does not follow what is filled in");
  await page.click("form.try button[type=submit]");
  await page.waitForFunction(() => /Status|No answer/.test(document.querySelector(".said").textContent));
  const said = await page.textContent(".said");
  if (!said.startsWith(status)) fault(`said ${said} instead of ${status}`);
  if (!(await page.textContent(".came")).includes(holds)) fault(`the answer does not show ${holds}`);
  await look(", tried");
}
