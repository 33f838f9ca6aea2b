import { isContractProcedure } from '@orpc/contract';
import { type OpenAPI, OpenAPIGenerator } from '@orpc/openapi';
import { getRouter } from '@orpc/server';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { errorCodeSchema, errorDataSchema } from '../../contract/errors.ts';
import {
  activationSchema,
  grantSchema,
  holderSchema,
  productSchema,
} from '../../contract/portal/licenses.ts';
import { contactSchema, poolSchema, roleSchema } from '../../contract/portal/people.ts';
import { membershipSchema, profileSchema } from '../../contract/portal/profile.ts';
import { releaseSchema } from '../../contract/portal/release.ts';
import { accessSchema, sessionSchema, signedInSchema } from '../../contract/portal/sessions.ts';
import { portalContract } from '../../contract/portal.ts';
import { deviceSchema } from '../../contract/primitives.ts';
import { type Access, accessOf } from '../policy.ts';
import { portalRouter } from '../router.ts';

export const apiVersion = '1';

/** Structures that the document names once. */
const named = {
  Device: { schema: deviceSchema },
  Access: { schema: accessSchema },
  Membership: { schema: membershipSchema },
  Profile: { schema: profileSchema },
  SignedIn: { schema: signedInSchema },
  Session: { schema: sessionSchema },
  Contact: { schema: contactSchema },
  Role: { schema: roleSchema },
  Pool: { schema: poolSchema },
  Grant: { schema: grantSchema },
  Holder: { schema: holderSchema },
  Product: { schema: productSchema },
  Release: { schema: releaseSchema },
  Activation: { schema: activationSchema },
  ErrorCode: { schema: errorCodeSchema },
  ErrorData: { schema: errorDataSchema },
} as const;

const security: Readonly<Record<Access, OpenAPI.SecurityRequirementObject[]>> = {
  public: [],
  proof: [{ proof: [] }],
  token: [{ accessToken: [], proof: [] }],
};

export const accessExtension = 'x-access';
export const codesExtension = 'x-codes';

/** Refusals all have one form; which codes an operation can answer stands beside it. */
const problem: OpenAPI.SchemaObject = {
  type: 'object',
  properties: {
    code: { $ref: '#/components/schemas/ErrorCode' },
    status: { type: 'integer' },
    message: { type: 'string', description: 'The code again; texts for people are the client’s.' },
    defined: { type: 'boolean' },
    data: { $ref: '#/components/schemas/ErrorData' },
  },
  required: ['code', 'status', 'message', 'defined'],
};

/**
 * The OpenAPI 3.1 document of the contract. The same for every portal of this version, the server's address excepted.
 *
 * @param url public address of the portal
 */
export async function openApiDocument(url: string): Promise<OpenAPI.Document> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(portalContract, {
    info: {
      title: 'Aldaba portal',
      version: apiVersion,
      description:
        'Refusals carry a stable code; method-not-allowed, request-timeout, request-too-large, media-type-unsupported and headers-too-large may come before any operation is reached. Every answer has a Date header, by which a client corrects the time of its proofs, and an X-Request-Id.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url }],
    commonSchemas: named,
    customErrorResponseBodySchema: () => ({ $ref: '#/components/schemas/Problem' }),
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'DPoP',
          description: 'Access token bound to the device key (RFC 9449, 7.1)',
        },
        proof: {
          type: 'apiKey',
          in: 'header',
          name: 'DPoP',
          description: 'Proof of the device key, an Ed25519 JWS (RFC 9449, 4.2)',
        },
      },
    },
  });
  for (const operation of operations(document)) {
    const path = (operation.operationId ?? '').split('.');
    const access = accessOf(getRouter(portalRouter, path));
    Object.assign(operation, {
      security: security[access],
      [accessExtension]: access,
      [codesExtension]: codesOf(path),
    });
  }
  return document;
}

function codesOf([part = '', name = '']: readonly string[]): string[] {
  const procedure: unknown = (portalContract as Record<string, Record<string, unknown>>)[part]?.[name];
  return isContractProcedure(procedure) ? Object.keys(procedure['~orpc'].errorMap) : [];
}

/** Every operation of a document, with where it is. */
export function* operations(
  document: OpenAPI.Document,
): Generator<OpenAPI.OperationObject & { readonly method: string; readonly path: string }> {
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = item?.[method];
      if (operation !== undefined) yield withPlace(operation, method, path);
    }
}

function withPlace<T extends object>(operation: T, method: string, path: string) {
  // Not enumerable, so that the document stays as it is.
  return Object.defineProperties(operation, {
    method: { value: method, configurable: true },
    path: { value: path, configurable: true },
  }) as T & { readonly method: string; readonly path: string };
}
