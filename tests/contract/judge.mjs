// judge.mjs FILE: FILE holds [{ "schema": "hub/v1/tariffs", "value": ... }, ...]; the answer is an array of the same length: null where the value fits, else why not.
import fs from 'node:fs';
import { ajvOf, readFiles, say, validatorOf } from './schemas.mjs';

const ajv = ajvOf(readFiles());
const verdicts = JSON.parse(fs.readFileSync(process.argv[2], 'utf8')).map(({ schema, value }) => {
  const validate = validatorOf(ajv, schema);
  return validate(value) ? null : say(validate.errors);
});
console.log(JSON.stringify(verdicts));
