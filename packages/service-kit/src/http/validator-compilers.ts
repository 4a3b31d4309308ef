import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import { problemOfValidation } from './describe-validation.ts';

/** Annotations of ours and of OpenAPI that validate nothing. */
const annotations = ['example', 'chappe', 'x-chappe', 'xml', 'externalDocs'];

/**
 * One validator for bodies, which are taken as they are, and one for parameters, which arrive as
 * text and are turned into numbers, booleans and lists. Neither removes anything: unknown fields
 * are refused. All errors are collected; the body's bound on values bounds them.
 */
export function createValidatorCompiler(
  sharedSchemas: readonly object[],
  serverFields: ReadonlySet<string>,
): FastifySchemaCompiler<object> {
  const forBodies = createAjv(sharedSchemas, false);
  const forParameters = createAjv(sharedSchemas, 'array');
  return ({ schema, httpPart }) => {
    const validate = (httpPart === 'body' ? forBodies : forParameters).compile(schema);
    return (data: unknown) => {
      if (validate(data)) return { value: data };
      return { error: problemOfValidation(validate.errors ?? [], httpPart ?? 'body', serverFields) };
    };
  };
}

/** The validator with our options; see `createValidatorCompiler`. */
export function createAjv(sharedSchemas: readonly object[], coerceTypes: false | 'array'): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    removeAdditional: false,
    coerceTypes,
    useDefaults: coerceTypes !== false,
    discriminator: true,
    strictSchema: true,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    allowUnionTypes: true,
    logger: false,
  });
  addFormats.default(ajv);
  ajv.addVocabulary(annotations);
  for (const schema of sharedSchemas) ajv.addSchema(schema);
  return ajv;
}
