// lint.mjs: Spectral (OpenAPI and OWASP rules) and Redocly look at both documents of openapi/. What they find and exceptions.json does not excuse is a fault,
// a warning as much as an error; so is an excuse that nothing needs. Answers 0 (good) or 1, with every fault on its line.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './schemas.mjs';

const here = path.join(root, 'tests', 'contract');
const documents = ['hub.v1.json', 'operator-feed.v1.yaml'];
const exceptions = JSON.parse(fs.readFileSync(path.join(here, 'exceptions.json'), 'utf8'));
const found = documents.flatMap(document => [...spectral(document), ...redocly(document)]);

const needed = new Set();
const faults = found.filter(finding => {
  const excuse = exceptions.find(e => e.tool === finding.tool && e.rule === finding.rule && e.documents.includes(finding.document));
  if (excuse) needed.add(`${excuse.rule} ${finding.document}`);
  return !excuse;
});

for (const { tool, document, rule, at, message } of faults) console.log(`${tool} ${document} ${at}: ${rule}: ${message}`);
const idle = exceptions.flatMap(e => e.documents.filter(d => !needed.has(`${e.rule} ${d}`)).map(d => `exceptions.json excuses ${e.rule} in ${d}, and nothing there needs it: take it out.`));
const unreasoned = exceptions.filter(e => !e.reason).map(e => `exceptions.json gives no reason for ${e.rule}.`);
for (const line of [...idle, ...unreasoned]) console.log(line);
console.log(`${documents.length} documents, ${found.length - faults.length} findings excused by ${exceptions.length} exceptions, ${faults.length + idle.length + unreasoned.length} faults`);
process.exitCode = faults.length + idle.length + unreasoned.length === 0 ? 0 : 1;

function spectral(document) {
  const json = run('node_modules/@stoplight/spectral-cli/dist/index.js', ['lint', '--quiet', '--ruleset', 'spectral.yaml', '--format', 'json', '--fail-severity', 'error', at(document)]);
  return json.map(f => ({ tool: 'spectral', document, rule: String(f.code), at: f.path.join('/'), message: f.message }));
}

function redocly(document) {
  const json = run('node_modules/@redocly/cli/bin/cli.js', ['lint', '--extends', 'recommended-strict', '--format', 'json', at(document)]);
  return json.problems.map(f => ({ tool: 'redocly', document, rule: f.ruleId, at: f.location[0]?.pointer ?? '', message: f.message }));
}

function at(document) {
  return path.join('..', '..', 'openapi', document);
}

/** What a tool prints as JSON, whatever it thinks of the document. */
function run(program, args) {
  const said = spawnSync(process.execPath, [program, ...args], { cwd: here, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } });
  const start = said.stdout.search(/[[{]/);
  if (said.error || start < 0) throw new Error(`${program} said nothing that can be read: ${said.stderr}${said.stdout}`);
  return JSON.parse(said.stdout.slice(start));
}
