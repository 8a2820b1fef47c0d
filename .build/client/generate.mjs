// Writes the generated part of src/ChargePointHub.Client from openapi/hub.v1.json; or into another file, which a test compares with it.
// NSwag writes the text. What goes in is cut to what typed calls need, and names are made those of C#.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const output = process.argv[2] ?? join(root, "src", "ChargePointHub.Client", "HubClient.g.cs");

/** A word of an enum that the hub may say one day and this client does not know. */
const unlisted = "Unlisted";

/** The answer's form, which is JSON here; its fields, as a record is whole; and tags, which the client shows by itself. */
const leftOut = new Set(["format", "select", "If-None-Match"]);

/** Words that are several in one. */
const asWritten = { OUTOFORDER: "OutOfOrder", twentyfourseven: "TwentyFourSeven" };

const pascal = (name) => asWritten[name] ?? name.split(/[^A-Za-z0-9]+/).filter(Boolean)
  .map((part) => part[0].toUpperCase() + (/^[A-Z0-9]+$/.test(part) ? part.slice(1).toLowerCase() : part.slice(1))).join("");

const camel = (name) => pascal(name).replace(/^[A-Z]/, (first) => first.toLowerCase());

const document = JSON.parse(readFileSync(join(root, "openapi", "hub.v1.json"), "utf8"));
const schemas = document.components.schemas;
const wordsOf = Object.fromEntries(Object.entries(schemas).filter(([, s]) => s.enum).map(([name, s]) => [[...s.enum].sort().join(), name]));

cutRoutes();
cutSchemas();
const text = tidy(generate());
const odd = [...text.matchAll(/^(?: {4})?public .*?(\w+)(?: \{ get; init; \})?$/gm)].map((m) => m[1]).filter((name) => /_|[A-Za-z]\d$/.test(name));
if (odd.length > 0) throw new Error(`These names are not what a reader of C# expects: ${odd.join(", ")}.`);
writeFileSync(output, text);

/** Routes that answer with JSON, with their one good answer: what else may come, the client tells in one way for all. */
function cutRoutes() {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const [type, form] = Object.entries(operation.responses["200"].content)[0];
      if (!/json/.test(type) || path.endsWith(".geojson") || path.startsWith("/openapi/") || method === "post") delete operations[method];
      operation.responses = { 200: { description: operation.responses["200"].description, content: { "application/json": { schema: form.schema } } } };
      operation.parameters = (operation.parameters ?? []).filter((p) => p.name && !leftOut.has(p.name)).map(nameParameter);
    }

    if (Object.keys(operations).length === 0) delete document.paths[path];
  }

  document.components = { schemas };
}

/** Words of a parameter are the records' own where there are such; else texts, as what is allowed differs from route to route. */
function nameParameter(parameter) {
  const value = parameter.schema.items ?? parameter.schema;
  if (value.enum) {
    const known = wordsOf[[...value.enum].sort().join()];
    const named = known ? { $ref: "#/components/schemas/" + known } : { type: "string" };
    parameter.schema = parameter.schema.items ? { type: "array", items: named } : named;
  }

  delete parameter.schema.default;
  return { ...parameter, "x-originalName": camel(parameter.name) };
}

function cutSchemas() {
  for (const [name, schema] of Object.entries(schemas)) hoist(schema, name);
  // Its key is whatever fields it names.
  schemas.Change.properties.key = { description: schemas.ChangeKey.description, type: "object", additionalProperties: { type: "string" } };
  for (const schema of Object.values(schemas)) walk(schema);
  const used = new Set();
  Object.values(document.paths).forEach(use);
  use(schemas.Problem);
  used.add("Problem");
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name];

  function walk(schema) {
    if (schema === null || typeof schema !== "object") return;
    delete schema.examples;
    delete schema.default;
    if ("const" in schema) {
      schema.type = typeof schema.const;
      delete schema.const;
    }

    // What may be of several kinds, as a changed record is, stays JSON: its dataset tells, and no schema can.
    if (schema.oneOf?.filter((one) => one.type !== "null").length > 1) delete schema.oneOf;
    if (schema.enum?.some((word) => /^\d/.test(word))) delete schema.enum;
    if (schema.enum) {
      schema["x-enumNames"] = [...schema.enum.map(pascal), unlisted];
      schema.enum = [...schema.enum, ""];
    }

    Object.values(schema).forEach(walk);
  }

  /** What stands within a record gets a name of its own, after the record and the field. */
  function hoist(schema, name) {
    for (const [field, value] of Object.entries(schema.properties ?? {})) {
      const at = value.items ?? value;
      const inner = at.oneOf?.find((one) => one.enum || one.properties) ?? at;
      if (!inner.enum && !inner.properties) continue;
      const own = name + pascal(field.split(":").pop());
      const named = schemas[own] ? own + "Word" : own;
      if (schemas[named]) throw new Error(`There are two of ${named}.`);
      const isNullable = at !== inner || Array.isArray(inner.type);
      schemas[named] = { ...inner, type: [inner.type].flat().find((t) => t !== "null"), ...(inner.enum ? { enum: inner.enum.filter((word) => word !== null) } : {}) };
      hoist(schemas[named], named);
      const reference = { $ref: "#/components/schemas/" + named };
      const replaced = { description: at.description, ...(isNullable ? { oneOf: [reference, { type: "null" }] } : reference) };
      schema.properties[field] = value.items ? { ...value, items: replaced } : replaced;
    }
  }

  function use(node) {
    if (node === null || typeof node !== "object") return;
    const name = typeof node.$ref === "string" ? node.$ref.split("/").pop() : null;
    if (name && !used.has(name)) {
      used.add(name);
      use(schemas[name]);
    }

    Object.values(node).forEach(use);
  }
}

function generate() {
  const folder = mkdtempSync(join(tmpdir(), "chargepointhub-client-"));
  try {
    const [input, written] = [join(folder, "openapi.json"), join(folder, "client.cs")];
    writeFileSync(input, JSON.stringify(document));
    execFileSync("node", [
      join(here, "node_modules", "nswag", "bin", "nswag.js"), "openapi2csclient", "/runtime:Net100", `/input:${input}`, `/output:${written}`, "/newLineBehavior:LF",
      "/namespace:ChargePointHub.Client", "/className:HubClient", "/operationGenerationMode:SingleClientFromOperationId", "/httpClientType:HubRequests",
      "/useBaseUrl:false", "/injectHttpClient:true", "/disposeHttpClient:false", "/generateExceptionClasses:false", "/exceptionClass:HubAnswerException", "/generateOptionalParameters:true",
      "/jsonLibrary:SystemTextJson", "/jsonLibraryVersion:10.0", "/generateNullableReferenceTypes:true", "/generateOptionalPropertiesAsNullable:true",
      "/useRequiredKeyword:true", "/writeAccessor:init", "/generateDataAnnotations:false", "/anyType:System.Text.Json.JsonElement", "/dateType:System.DateOnly",
      "/arrayType:System.Collections.Generic.IReadOnlyList", "/arrayInstanceType:System.Collections.Generic.List", "/arrayBaseType:System.Collections.Generic.List",
      "/responseArrayType:System.Collections.Generic.IReadOnlyList",
      "/dictionaryType:System.Collections.Generic.IReadOnlyDictionary", "/dictionaryInstanceType:System.Collections.Generic.Dictionary",
    ], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: "1", DOTNET_NOLOGO: "1" } });
    return readFileSync(written, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In the project's forms: a namespace of the file, names of C#, words that the client does not know as Unlisted. */
function tidy(written) {
  return "// Long because it is generated: .build/client/generate.mjs writes it from openapi/hub.v1.json.\n" + written
    .replace(/^namespace ([\w.]+)\n\{\n/m, "namespace $1;\n\n")
    .replace(/\n\}\n(\s*#pragma warning restore)/, "\n$1")
    .replace(/^ *\/\/ TO[D]O\(system\.text\.json\).*\n/gm, "")
    .replace(/^ *\[System\.Text\.Json\.Serialization\.JsonConverter\(typeof\(System\.Text\.Json\.Serialization\.JsonStringEnumConverter<\w+>\)\)\]\n/gm, "")
    .replace(/^ *var disposeClient_ = false;\n/gm, "")
    .replace(/^ *if \(disposeClient_\)\n *client_\.Dispose\(\);\n/gm, "")
    .replace(/^( *)public enum (\w+)$/gm, "$1[System.Text.Json.Serialization.JsonConverter(typeof(WordConverter<$2>))]\n$1public enum $2")
    .replace(/^( {8}public [^=(]*?)(\w+)( \{ get; init; \})/gm, (_, before, name, after) => before + pascal(name) + after)
    .replaceAll("<exception cref=\"HubAnswerException\">A server side error occurred.</exception>", "<exception cref=\"HubProblemException\">The hub refused it.</exception>\n        /// <exception cref=\"HubAnswerException\">What came is not what OpenAPI says.</exception>")
    .replace(/^ {4}/gm, "")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd() + "\n";
}
