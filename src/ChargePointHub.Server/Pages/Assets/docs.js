// Copy buttons, and the forms that try a route. The pages read without it.
"use strict";

const longestShown = 100_000;
const toBeRead = ["json", "ndjson", "text", "example"];

for (const pre of document.querySelectorAll("pre[data-lang]")) {
  const block = document.createElement("div");
  block.className = "block";
  pre.replaceWith(block);
  block.append(pre);
  if (!toBeRead.includes(pre.dataset.lang)) block.append(copyButton(pre));
}

for (const form of document.querySelectorAll("form.try")) {
  const keyField = form.elements.namedItem("key");
  const snippets = [...document.querySelectorAll(".copy-as code")];
  let shown = addressOf(callOf(form));

  if (keyField) {
    keyField.value = sessionStorage.getItem("key") ?? "";
    keyField.addEventListener("change", () => sessionStorage.setItem("key", keyField.value.trim()));
  }

  form.addEventListener("input", () => {
    const call = callOf(form);
    for (const code of snippets) code.textContent = rewritten(code, shown, call);
    shown = addressOf(call);
  });

  form.addEventListener("submit", event => {
    event.preventDefault();
    ask(form, keyField?.value.trim());
  });
}

async function ask(form, key) {
  const said = form.querySelector(".said");
  const came = form.querySelector(".came");
  said.textContent = "Asking…";
  came.replaceChildren();
  try {
    const started = performance.now();
    const response = await fetch(addressOf(callOf(form)), { headers: key ? { Authorization: "Bearer " + key } : {}, credentials: "omit" });
    const text = await response.text();
    said.textContent = `Status ${response.status}, ${text.length.toLocaleString("en-GB")} characters in ${Math.round(performance.now() - started)} ms`;
    came.append(preformatted("Headers", headersOf(response)), preformatted("Body", readable(text)));
  } catch (failure) {
    said.textContent = "No answer came: " + failure.message;
  }
}

// What is left empty is left out.
function callOf(form) {
  let path = form.dataset.path;
  const query = [];
  for (const field of form.querySelectorAll("input")) {
    const value = field.value.trim();
    if (field.name === "id") path = path.replace("{id}", encoded(value));
    else if (field.name.startsWith("q-") && value) query.push([field.name.slice(2), value]);
  }
  return { path, query };
}

function addressOf({ path, query }) {
  return query.length ? `${path}?${query.map(([name, value]) => `${name}=${encoded(value)}`).join("&")}` : path;
}

// Nothing is left that could end a quoted string in any of the languages that calls are shown in.
function encoded(value) {
  return encodeURIComponent(value)
    .replace(/['()*!]/g, c => "%" + c.charCodeAt(0).toString(16).toUpperCase())
    .replaceAll("%2C", ",").replaceAll("%3A", ":");
}

function rewritten(code, before, call) {
  if (code.parentElement.dataset.lang !== "powerquery") return code.textContent.replace(before, () => addressOf(call));
  const fields = call.query.map(([name, value]) => `${name} = "${value.replaceAll('"', '""')}"`).join(", ");
  return code.textContent.replace(/\[RelativePath = .*\]\)\)/, () => `[RelativePath = "${call.path}"${fields ? `, Query = [${fields}]` : ""}]))`);
}

function headersOf(response) {
  const told = ["content-type", "hub-completeness", "link", "etag", "retry-after", "x-request-id"];
  return told.filter(name => response.headers.has(name)).map(name => `${name}: ${response.headers.get(name)}`).join("\n");
}

function readable(text) {
  try {
    text = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Not one JSON value: it is shown as it came.
  }
  return text.length > longestShown ? text.slice(0, longestShown) + "\n… The answer goes on; here it is cut." : text;
}

function preformatted(name, text) {
  const section = document.createElement("details");
  section.open = true;
  const summary = document.createElement("summary");
  summary.textContent = name;
  const pre = document.createElement("pre");
  pre.tabIndex = 0;
  pre.textContent = text;
  section.append(summary, pre);
  return section;
}

function copyButton(pre) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  return button;
}
