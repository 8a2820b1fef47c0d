// The published schemas in ajv: strict, draft 2020-12, formats checked. Read from the files, or from a running hub.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Every schema file, by its $id's path. */
export function readFiles(folder = path.join(root, 'schemas')) {
  return fs.readdirSync(folder, { recursive: true }).filter(f => f.endsWith('.json')).sort()
    .map(f => JSON.parse(fs.readFileSync(path.join(folder, f), 'utf8')));
}

/** @param list schema documents. */
export function ajvOf(list) {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true, strictRequired: false });
  addFormats(ajv);
  ajv.addFormat('decimal', { type: 'number', validate: () => true });
  // x-of says where a form comes from; it judges nothing.
  ajv.addKeyword({ keyword: 'x-of', schemaType: 'string' });
  for (const schema of list) ajv.addSchema(schema);
  return ajv;
}

/** A validator by name: "hub/v1/tariffs", or "hub/v1/tariffs#/$defs/TariffList". */
export function validatorOf(ajv, name) {
  const validate = ajv.getSchema('/v1/schemas/' + name);
  if (!validate) throw new Error(`There is no schema ${name}.`);
  return validate;
}

/** Every named thing of a schema document: its root, where that is a type of its own, and its $defs. */
export function partsOf(schema) {
  const name = schema.$id.replace('/v1/schemas/', '');
  const parts = Object.entries(schema.$defs ?? {}).map(([key, part]) => ({ name: `${name}#/$defs/${key}`, title: key, schema: part }));
  return schema.type ? [{ name, title: schema.title, schema }, ...parts] : parts;
}

export const say = errors => errors.slice(0, 5).map(e => `${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`).join('; ');
