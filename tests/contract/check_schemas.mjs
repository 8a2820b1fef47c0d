// check_schemas.mjs: every published schema compiles in ajv's strict mode, its examples fit it, and each example spoilt in one place is refused. The same
// examples and schemas stand in openapi/*, which is compared. Answers 0 (good) or 1, with every fault on its line.
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import yaml from 'yaml';
import { ajvOf, partsOf, readFiles, root, say, validatorOf } from './schemas.mjs';

const faults = [];
const counts = { schemas: 0, examples: 0, refused: 0, components: 0 };
const files = readFiles();
const ajv = ajvOf(files);

for (const part of files.flatMap(partsOf)) {
  counts.schemas++;
  let validate;
  try {
    validate = validatorOf(ajv, part.name);
  } catch (error) {
    faults.push(`${part.name}: does not compile: ${error.message}`);
    continue;
  }

  if (!part.schema.description) faults.push(`${part.name}: has no description.`);
  for (const example of part.schema.examples ?? []) {
    counts.examples++;
    if (!validate(example)) faults.push(`${part.name}: its example does not fit: ${say(validate.errors)}`);
    for (const [what, spoilt] of spoil(part.schema, example)) {
      counts.refused++;
      if (validate(spoilt)) faults.push(`${part.name}: lets through an example with ${what}.`);
    }
  }
}

compare('hub/v1/', JSON.parse(read('openapi/hub.v1.json')), false);
compare('feeds/loti-v1/', yaml.parse(read('openapi/operator-feed.v1.yaml')), true);

for (const fault of faults) console.log(fault);
console.log(`${counts.schemas} schemas, ${counts.examples} examples fit, ${counts.refused} spoilt ones refused, ${counts.components} components compared, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** The example with one thing wrong, for every such thing that the schema's own words refuse. */
function* spoil(schema, example) {
  if (schema.properties === undefined || example === null || typeof example !== 'object') return;
  for (const name of schema.required ?? []) {
    const { [name]: _, ...rest } = example;
    yield [`${name} left out`, rest];
  }

  if (schema.additionalProperties === false) yield ['a property that is not its own', { ...example, not_a_property: 1 }];
  for (const [name, property] of Object.entries(schema.properties)) {
    if (property.type === undefined && property.$ref === undefined && property.oneOf === undefined) continue;
    yield [`${name} of a type that nothing has`, { ...example, [name]: typeof example[name] === 'boolean' ? 'yes' : true }];
    const types = [property.type].flat();
    if (property.enum) yield [`${name} off its list`, { ...example, [name]: 'no such word' }];
    if (types.includes('number') || types.includes('integer')) yield [`${name} as text`, { ...example, [name]: '7.4' }];
    if (property.maxLength) yield [`${name} too long`, { ...example, [name]: 'x'.repeat(property.maxLength + 1) }];
    if (property.maximum !== undefined) yield [`${name} too large`, { ...example, [name]: property.maximum + 1 }];
    if (property.minimum !== undefined) yield [`${name} too small`, { ...example, [name]: property.minimum - 1 }];
  }
}

/** OpenAPI's components are the files of one folder: the same words, references turned. */
function compare(folder, document, all) {
  const parts = files.filter(f => f.$id.startsWith('/v1/schemas/' + folder)).flatMap(f => partsOf(f).map(p => ({ ...p, file: f.$id.split('/').pop() })));
  const titles = new Map(parts.map(p => [p.name.replace(folder, ''), p.title]));
  const components = document.components.schemas;
  for (const part of parts) {
    const component = components[part.title];
    if (component === undefined) {
      if (all) faults.push(`${part.title} of schemas/${folder} is not among the document's components.`);
      continue;
    }

    counts.components++;
    if (!isDeepStrictEqual(turned(part.schema, part.file, titles, true), turned(component, null, titles, true)))
      faults.push(`${part.title}: schemas/${folder}${part.file}.json and OpenAPI say different things.`);
  }

  const known = new Set(parts.map(p => p.title));
  for (const name of Object.keys(components)) if (!known.has(name)) faults.push(`${name}: OpenAPI has this component, schemas/${folder} has not.`);
}

/** Without what only one of the two forms carries; references as names. */
function turned(node, file, titles, top) {
  if (Array.isArray(node)) return node.map(item => turned(item, file, titles, false));
  if (node === null || typeof node !== 'object') return node;
  const kept = Object.entries(node).filter(([key]) => !(key === 'examples' || key === 'x-of' || (top && ['$schema', '$id', '$defs', 'title', 'description'].includes(key))));
  return Object.fromEntries(kept.map(([key, value]) => [key, key === '$ref' ? nameOf(value, file, titles) : turned(value, file, titles, false)]));
}

function nameOf(reference, file, titles) {
  if (reference.startsWith('#/components/schemas/')) return reference.split('/').pop();
  const [there, part = ''] = reference.split('#');
  return part ? part.split('/').pop() : titles.get(there || file);
}

function read(file) {
  return fs.readFileSync(path.join(root, file), 'utf8');
}
