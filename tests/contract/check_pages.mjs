// Looks at a hub's pages as people do: node check_pages.mjs SANDBOX.json BROWSER PATH... [-- PATH...]
// Each page is valid HTML, within its width wide and narrow, and silent; nothing is asked of anybody but the hub. It is accessible (axe) wide and narrow,
// light and dark; those after -- are made by the same code and dressed by the same style as one before, and are audited in one of the four looks each, by turns.
// A form that tries a route is filled in and sent. Answers 0 (nothing found), 1 (faults, one a line).
import { X509Certificate, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import axe from "axe-core";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const [sandboxFile, browserPath, ...given] = process.argv.slice(2);
const alike = given.includes("--") ? given.splice(given.indexOf("--")).slice(1) : [];
const paths = [...given, ...alike];
const { base_url: hub, ca_file: caFile, keys } = JSON.parse(readFileSync(sandboxFile, "utf8"));
const widths = [1280, 360];
const looks = widths.flatMap(width => ["light", "dark"].map(colorScheme => ({ width, colorScheme })));
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

let audits = 0;
// Two at a time, each on a page of its own: while one is drawn the other is judged.
const work = [
  ...given.map(path => visit => open(visit, path, looks)),
  ...alike.map((path, i) => visit => open(visit, path, [looks[i % looks.length]])),
];
if (paths.includes("/docs/reference/listChargePoints")) work.push(visit => tryIt(visit, "/docs/reference/listChargePoints", { "q-limit": "2" }, "Status 200", "charge_point_id"));
if (paths.includes("/docs/reference/listChargingSessions")) {
  work.push(visit => tryIt(visit, "/docs/reference/listChargingSessions", { key: "" }, "Status 401", "CPH-2001"));
  work.push(visit => tryIt(visit, "/docs/reference/listChargingSessions", { key: keys.gla, "q-limit": "2", "q-select": "session_id" }, "Status 200", "session_id"));
}
await Promise.all([visitor(), visitor()]);

await browser.close();
for (const line of faults) console.log(line);
console.log(`${paths.length} pages, ${audits} audits, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);

async function visitor() {
  const visit = { page: await browser.newPage(), path: "", fault: text => faults.push(`${visit.path}: ${text}`) };
  visit.page.setDefaultTimeout(120_000);
  visit.page.on("request", request => { if (new URL(request.url()).origin !== new URL(hub).origin) visit.fault("asks " + request.url()); });
  visit.page.on("console", message => { if (["error", "warning"].includes(message.type()) && !/status of 40[01]/.test(message.text())) visit.fault("console: " + message.text()); });
  visit.page.on("pageerror", error => visit.fault("script: " + error.message));
  for (let next = work.shift(); next; next = work.shift()) await next(visit);
}

async function open(visit, path, audited) {
  visit.path = path;
  const response = await visit.page.goto(hub + path);
  if (response.status() !== 200) visit.fault("status " + response.status());
  for (const result of (await judge.validateString(await response.text(), path)).results)
    for (const message of result.messages) visit.fault(`html-validate ${message.ruleId} at line ${message.line}: ${message.message}`);
  await look(visit, "", audited);
}

async function look({ page, fault }, when, audited) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) fault(`${width} px${when}: ${over} px wider than the window`);
    for (const [i, { colorScheme }] of audited.filter(l => l.width === width).entries()) {
      await page.emulateMedia({ colorScheme });
      if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
      // In other colours the same page can only break what is about colours.
      const rules = i > 0 ? { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } } : {};
      const { violations } = await page.evaluate(rules => window.axe.run({ ...rules, resultTypes: ["violations"] }), rules);
      audits++;
      for (const violation of violations) fault(`${width} px, ${colorScheme}${when}: axe ${violation.id}: ${violation.nodes.map(n => n.target.join(" ")).slice(0, 3).join(", ")}`);
    }
  }
}

async function tryIt(visit, path, fields, status, holds) {
  const { page, fault } = visit;
  visit.path = path;
  await page.goto(hub + path);
  for (const [name, value] of Object.entries(fields)) await page.fill(`form.try [name="${name}"]`, value);
  const limit = fields["q-limit"];
  if (limit && !(await page.textContent(".copy-as code")).includes("limit=" + limit)) fault("the sample does not follow what is filled in");
  await page.click("form.try button[type=submit]");
  await page.waitForFunction(() => /Status|No answer/.test(document.querySelector(".said").textContent));
  const said = await page.textContent(".said");
  if (!said.startsWith(status)) fault(`said ${said} instead of ${status}`);
  if (!(await page.textContent(".came")).includes(holds)) fault(`the answer does not show ${holds}`);
  await look(visit, ", tried", looks);
}
