import Ajv, { type ValidateFunction } from 'ajv';
import type { Request } from 'express';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query';
  required?: boolean;
  schema: object;
}

interface Operation {
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { parameters: Record<string, Parameter> };
}

const folder = __dirname.replace(/([\\/])dist([\\/]test[\\/])/, '$1$2');
const document = JSON.parse(readFileSync(join(folder, 'openapi-excerpt.json'), 'utf8')) as Document;
// X's document is no exact JSON Schema (it has formats of its own, and an enum that names a value twice).
const ajv = new Ajv({ strict: false, validateSchema: false, validateFormats: false, coerceTypes: 'array' });
ajv.addSchema(document, 'x');
const compiled = new Map<string, ValidateFunction>();

/**
 * Holds a request against X's own document.
 * @returns what does not fit, or undefined
 */
export function refuseRequest(path: string, request: Request): string | undefined {
  const pointer = pointerOf(path, request.method);
  const operation = operationOf(path, request.method);
  const parameters = (operation.parameters ?? []).map((each) => resolve(each));
  const known = new Set(parameters.filter((each) => each.in === 'query').map(({ name }) => name));
  for (const name of Object.keys(request.query))
    if (!known.has(name)) return `query parameter ${name} is not known`;
  for (const { name, in: place, required, schema } of parameters) {
    const value: unknown = place === 'path' ? request.params[name] : request.query[name];
    if (value === undefined) {
      if (required) return `parameter ${name} is missing`;
      continue;
    }
    const fault = check(`${pointer} ${place} ${name}`, schema, { value: splitList(value, schema) });
    if (fault) return `parameter ${name}: ${fault}`;
  }
  const json = operation.requestBody?.content['application/json'];
  if (!json || request.is('multipart/form-data')) return undefined;
  return check(`${pointer} body`, json.schema, { value: request.body as unknown });
}

/** The sign-ins an operation takes, each with the scopes it needs. */
export function securityOf(path: string, method: string): Record<string, string[]> {
  return Object.assign({}, ...(operationOf(path, method).security ?? [])) as Record<string, string[]>;
}

/**
 * Holds an answer of the simulator against X's own document.
 * @throws Error when the simulator says what X would not say
 */
export function checkAnswer(path: string, method: string, status: number, answer: unknown): void {
  const { responses } = operationOf(path, method);
  const schema = responses[String(status)]?.content?.['application/json']?.schema;
  if (!schema) throw new Error(`the document has no answer ${status} for ${method} ${path}`);
  const fault = check(`${pointerOf(path, method)} ${status}`, schema, { value: answer });
  if (fault) throw new Error(`the simulator's answer to ${method} ${path} does not fit: ${fault}`);
}

function operationOf(path: string, method: string): Operation {
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (!operation) throw new Error(`${method} ${path} is not in the excerpt of X's document`);
  return operation;
}

const pointerOf = (path: string, method: string) => `${method} ${path}`;

function resolve(parameter: Parameter): Parameter {
  const name = parameter.$ref?.split('/').at(-1);
  return name === undefined ? parameter : (document.components.parameters[name] ?? parameter);
}

/** Lists travel comma-separated. */
function splitList(value: unknown, schema: object): unknown {
  return 'type' in schema && schema.type === 'array' && typeof value === 'string' ? value.split(',') : value;
}

function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"x#/components')) as object;
}

function check(key: string, schema: object, holder: { value: unknown }): string | undefined {
  const validate =
    compiled.get(key) ??
    ajv.compile({ type: 'object', properties: { value: absolute(schema) }, required: ['value'] });
  compiled.set(key, validate);
  // Coercion is for parameters, which are all text; a copy keeps bodies as they were sent.
  const copy = structuredClone(holder);
  return validate(copy) ? undefined : ajv.errorsText(validate.errors);
}
