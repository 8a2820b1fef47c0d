// run_power_query.mjs FILE...: runs programs in Power Query's language M against the hub that they name, by HTTP Basic with the key in KEY, as Power BI does,
// and says how many rows and which columns came. Microsoft's parser reads them; what is computed here are the forms of the language and the functions of its
// library that the documentation uses, and any other is a fault. NODE_EXTRA_CA_CERTS names the hub's authority. Answers 0, or 1 with what is wrong.
import fs from 'node:fs';
import parser from '@microsoft/powerquery-parser';

const library = {
  'Json.Document': async text => JSON.parse(await text),
  'Csv.Document': async (text, how) => {
    if (how.Delimiter !== ',' || how.Encoding !== 65001 || how.QuoteStyle !== 'csv') throw new Error('Csv.Document is not computed here as it is asked for.');
    return cells(await text);
  },
  'QuoteStyle.Csv': 'csv',
  'Table.PromoteHeaders': ([names, ...rows]) => rows.map(row => {
    if (row.length !== names.length) throw new Error(`A row has ${row.length} cells, the header ${names.length}.`);
    return Object.fromEntries(names.map((name, place) => [name, row[place]]));
  }),
  'Web.Contents': contents,
  'List.Generate': async (first, goesOn, next) => {
    const list = [];
    for (let value = await first(); await goesOn(value); value = await next(value)) list.push(value);
    return list;
  },
  'List.Transform': async (list, change) => Promise.all(list.map(value => change(value))),
  'List.Combine': lists => lists.flat(),
  'Table.FromRecords': (records, columns, missing) => {
    const names = columns ?? Object.keys(records[0] ?? {});
    for (const record of records) for (const name of names) if (!(name in record) && missing !== 'use null') throw new Error(`A row has no ${name}.`);
    return records.map(record => Object.fromEntries(names.map(name => [name, record[name] ?? null])));
  },
  'MissingField.UseNull': 'use null',
  'Table.TransformColumnTypes': (rows, types) => rows.map(row => types.reduce(typed, row)),
};

// RFC 4180, with CRLF at the end of each line.
function cells(text) {
  const rows = [[]];
  for (const [whole, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
    rows.at(-1).push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
    text = text.slice(whole.length);
  }
  if (text !== '') throw new Error(`${text.slice(0, 100)} is no CSV.`);
  return rows.slice(0, -1);
}

const kinds = {
  datetimezone: value => { if (Number.isNaN(Date.parse(value))) throw new Error(`${value} is no time.`); return value; },
  number: value => { if (typeof value !== 'number') throw new Error(`${value} is no number.`); return value; },
  text: value => String(value),
};

const forms = {
  LetExpression: (node, scope) => {
    const inner = Object.create(scope);
    for (const { key, value } of items(node.variableList)) define(inner, key.literal, value);
    return evaluate(node.expression, inner);
  },
  LiteralExpression: node => node.literalKind === 'Text' ? JSON.parse(node.literal.replace(/(?<=.)""(?=.)/g, '\\"')) : node.literalKind === 'Null' ? null : JSON.parse(node.literal),
  IdentifierExpression: async (node, scope) => {
    const name = node.identifier.literal;
    if (name in scope) return scope[name]();
    if (name in library) return library[name];
    throw new Error(`${name} is not known here.`);
  },
  ParenthesizedExpression: (node, scope) => evaluate(node.content, scope),
  RecordExpression: async (node, scope) => Object.fromEntries(await Promise.all(items(node.content).map(async ({ key, value }) => [key.literal, await evaluate(value, scope)]))),
  ListExpression: (node, scope) => Promise.all(items(node.content).map(item => evaluate(item, scope))),
  IfExpression: async (node, scope) => evaluate(await evaluate(node.condition, scope) ? node.trueExpression : node.falseExpression, scope),
  EqualityExpression: async (node, scope) =>
    (await evaluate(node.left, scope) === await evaluate(node.right, scope)) === (node.operatorConstant.constantKind === '='),
  ArithmeticExpression: async (node, scope) => {
    if (node.operatorConstant.constantKind !== '&') throw new Error(`${node.operatorConstant.constantKind} is not computed here.`);
    return { ...await evaluate(node.left, scope), ...await evaluate(node.right, scope) };
  },
  FunctionExpression: (node, scope) => (...given) => {
    const inner = Object.create(scope);
    items(node.parameters.content).forEach((parameter, place) => { inner[parameter.name.literal] = () => given[place]; });
    return evaluate(node.expression, inner);
  },
  EachExpression: (node, scope) => given => evaluate(node.paired, Object.assign(Object.create(scope), { _: () => given })),
  FieldSelector: async (node, scope) => field(await scope._(), node),
  TypePrimaryType: node => kinds[node.paired.primitiveTypeKind] ?? wrong(`type ${node.paired.primitiveTypeKind}`),
  RecursivePrimaryExpression: async (node, scope) => {
    let value = await evaluate(node.head, scope);
    for (const step of node.recursiveExpressions.elements) {
      if (step.kind === 'InvokeExpression') value = await value(...await Promise.all(items(step.content).map(item => evaluate(item, scope))));
      else if (step.kind === 'FieldSelector') value = field(value, step);
      else wrong(step.kind);
    }
    return value;
  },
};

function evaluate(node, scope) {
  return (forms[node.kind] ?? (() => wrong(node.kind)))(node, scope);
}

function wrong(form) {
  throw new Error(`${form} is not computed here.`);
}

// In M a name means its expression, computed when it is first wanted.
function define(scope, name, expression) {
  let value;
  scope[name] = () => value ??= evaluate(expression, scope);
}

function items(wrapper) {
  return wrapper.elements.map(csv => csv.node);
}

function field(record, { content }) {
  if (!(content.literal in record)) throw new Error(`The record has no field ${content.literal}.`);
  return record[content.literal];
}

function typed(row, [column, type]) {
  if (!(column in row)) throw new Error(`The table has no column ${column}.`);
  return { ...row, [column]: row[column] === null ? null : type(row[column]) };
}

async function contents(address, options = {}) {
  const unknown = Object.keys(options).filter(name => !['RelativePath', 'Query'].includes(name));
  if (unknown.length) wrong(`Web.Contents with ${unknown}`);
  const url = new URL(address + options.RelativePath);
  for (const [name, value] of Object.entries(options.Query ?? {})) {
    if (typeof value !== 'string') throw new Error(`Query: ${name} is no text, and Power Query takes nothing else.`);
    url.searchParams.set(name, value);
  }
  const key = process.env.KEY;
  const response = await fetch(url, { headers: { Authorization: `Basic ${Buffer.from(`${key.split('_')[2]}:${key}`).toString('base64')}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}: ${text}`);
  return text;
}

let faults = 0;
for (const file of process.argv.slice(2)) {
  try {
    const read = await parser.TaskUtils.tryLexParse(parser.DefaultSettings, fs.readFileSync(file, 'utf8'));
    if (!parser.TaskUtils.isParseStageOk(read)) throw new Error(read.error.message);
    const rows = await evaluate(read.ast, Object.create(null));
    console.log(JSON.stringify({ file, rows: rows.length, columns: Object.keys(rows[0] ?? {}) }));
  } catch (error) {
    faults++;
    console.log(JSON.stringify({ file, fault: error.message }));
  }
}
process.exitCode = faults === 0 ? 0 : 1;
