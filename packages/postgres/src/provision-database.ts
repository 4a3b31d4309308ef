/** A role with a schema of its own, in which it alone may do anything. */
export interface ProvisionedRole {
  name: string;
  password: string;
  schema: string;
}

/** Creates roles and schemas, sets their search_path and revokes what PUBLIC may do; may be repeated. */
export async function provisionDatabase(
  _adminUrl: string,
  _options: { roles: readonly ProvisionedRole[]; extensions?: readonly string[] },
): Promise<void> {
  throw new Error('not implemented');
}
