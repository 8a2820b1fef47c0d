// judge.mjs FILE: FILE holds [{ "schema": "hub/v1/tariffs", "value": ... }, ...]; the answer is an array of the same length: null where the value fits, else why not.
// What other protocols say of their answers stands beside this program, as outside/NAME.
import fs from 'node:fs';
import path from 'node:path';
import { ajvOf, readFiles, root, say, validatorOf } from './schemas.mjs';

const ajv = ajvOf([...readFiles(), JSON.parse(fs.readFileSync(path.join(root, 'tests', 'contract', 'ocpi-2.2.1.json'), 'utf8'))]);
const verdicts = JSON.parse(fs.readFileSync(process.argv[2], 'utf8')).map(({ schema, value }) => {
  const validate = validatorOf(ajv, schema);
  return validate(value) ? null : say(validate.errors);
});
console.log(JSON.stringify(verdicts));
