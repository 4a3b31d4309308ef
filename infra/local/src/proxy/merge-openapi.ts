/** The parts of an OpenAPI document that merging looks at. */
export interface OpenApiDocument {
  openapi?: string;
  info?: Record<string, unknown>;
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, unknown>>;
  components?: Record<string, Record<string, unknown>>;
  [key: string]: unknown;
}

/** Where the merged document says that the platform and its identity provider are. */
export interface Origin {
  publicUrl: string;
  issuer: string;
}

const notPublic = new Set(['/livez', '/readyz', '/metrics', '/openapi.json']);

/**
 * One OpenAPI 3.1 document from those of the services. A component that two services define alike is
 * kept once; one that they define differently is renamed after its service, references included.
 */
export function mergeOpenApi(
  documents: ReadonlyMap<string, OpenApiDocument>,
  origin: Origin,
): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  const components: Record<string, Record<string, unknown>> = {};
  const tags: { name: string }[] = [];
  for (const [service, document] of documents) {
    const renamed = renameClashes(service, document, components);
    for (const [path, operations] of Object.entries(renamed.paths ?? {})) {
      if (notPublic.has(path)) continue;
      paths[path] = { ...paths[path], ...tagged(operations, service) };
    }
    for (const [kind, entries] of Object.entries(renamed.components ?? {})) {
      components[kind] = { ...entries, ...components[kind] };
    }
    tags.push({ name: service });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Chappe',
      version: '1',
      description:
        'Échange de messages opérationnels entre postes et échelon central. ' +
        'Exchange of operational messages between posts and a central echelon.',
    },
    servers: [{ url: origin.publicUrl }],
    tags,
    security: [{ signIn: ['openid'] }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => a.localeCompare(b))),
    components: {
      ...components,
      securitySchemes: { ...components.securitySchemes, signIn: signInScheme(origin) },
    },
  };
}

function signInScheme({ issuer }: Origin): Record<string, unknown> {
  return {
    type: 'oauth2',
    description: 'Code + PKCE at the OpenID provider of this stack.',
    flows: {
      authorizationCode: {
        authorizationUrl: `${issuer}/auth`,
        tokenUrl: `${issuer}/token`,
        scopes: { openid: 'Sign in' },
      },
    },
  };
}

/** What asks for an access token can also be tried by signing in, in the documentation. */
function withSignIn({ security }: Record<string, unknown>): { security?: unknown[] } {
  return Array.isArray(security) && security.length > 0
    ? { security: [...security, { signIn: ['openid'] }] }
    : {};
}

function tagged(operations: Record<string, unknown>, service: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(operations).map(([method, operation]) => [
      method,
      isRecord(operation) ? { tags: [service], ...operation, ...withSignIn(operation) } : operation,
    ]),
  );
}

function renameClashes(
  service: string,
  document: OpenApiDocument,
  taken: Readonly<Record<string, Record<string, unknown>>>,
): OpenApiDocument {
  const renames = new Map<string, string>();
  for (const [kind, entries] of Object.entries(document.components ?? {})) {
    for (const [name, value] of Object.entries(entries)) {
      const other = taken[kind]?.[name];
      if (other === undefined || JSON.stringify(other) === JSON.stringify(value)) continue;
      renames.set(`#/components/${kind}/${name}`, `#/components/${kind}/${service}.${name}`);
    }
  }
  if (renames.size === 0) return document;
  const components = Object.fromEntries(
    Object.entries(document.components ?? {}).map(([kind, entries]) => [
      kind,
      Object.fromEntries(
        Object.entries(entries).map(([name, value]) => [
          renames.has(`#/components/${kind}/${name}`) ? `${service}.${name}` : name,
          value,
        ]),
      ),
    ]),
  );
  return JSON.parse(JSON.stringify({ ...document, components }), (key, value) =>
    key === '$ref' && typeof value === 'string' ? renameReference(value, renames) : value,
  );
}

/** Also references that point into a component. */
function renameReference(reference: string, renames: ReadonlyMap<string, string>): string {
  for (const [from, to] of renames) {
    if (reference === from || reference.startsWith(`${from}/`)) return to + reference.slice(from.length);
  }
  return reference;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
