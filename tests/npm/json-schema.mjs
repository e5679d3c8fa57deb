// Reads {schema, values} from standard input and answers, for each value, what Ajv has against it:
// [{pointer, keyword}], where a member that is not wanted, or wrongly named, is what the pointer leads to.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

const { schema, values } = JSON.parse(readFileSync(0, 'utf8'));
const validate = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false }).compile(schema);

const escaped = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');

const finding = ({ instancePath, keyword, params, propertyName }) => {
  const name = propertyName ?? params.additionalProperty ?? params.propertyName;
  return { pointer: name === undefined ? instancePath : `${instancePath}/${escaped(name)}`, keyword };
};

const check = (value) => (validate(value) ? [] : validate.errors.map(finding));

console.log(JSON.stringify(values.map(check)));
