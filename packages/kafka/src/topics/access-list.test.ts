import { type ServiceName, serviceNames, topics } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { accessList, readerRights } from './access-list.ts';

const principals = Object.fromEntries(serviceNames.map((name) => [name, `p-${name}`])) as Record<
  ServiceName,
  string
>;
const rights = accessList(principals, 'x.');
const who = (operation: string, resource: string): string[] =>
  rights
    .filter((right) => right.operation === operation && right.resource === resource)
    .map((right) => right.principal)
    .sort();

describe('accessList', () => {
  it('lets only ingest write messages', () => {
    expect(who('WRITE', 'x.message.flash.v1')).toEqual(['User:p-ingest']);
    expect(who('WRITE', 'x.message.routine.v1')).toEqual(['User:p-ingest']);
  });

  it('lets only the directory service write the directory, and everybody read it', () => {
    expect(who('WRITE', 'x.directory.v1')).toEqual(['User:p-directory']);
    expect(who('READ', 'x.directory.v1')).toHaveLength(serviceNames.length);
  });

  it('gives each topic exactly the writers and readers of the table', () => {
    for (const topic of topics) {
      expect(who('WRITE', `x.${topic.name}`)).toEqual(topic.writers.map((name) => `User:p-${name}`).sort());
      expect(who('READ', `x.${topic.name}`)).toEqual(topic.readers.map((name) => `User:p-${name}`).sort());
    }
  });

  it('gives a group to the one service that uses it', () => {
    expect(who('READ', 'x.router.flash')).toEqual(['User:p-router']);
    const prefixed = rights.filter((right) => right.pattern === 'PREFIXED');
    expect(prefixed.map((right) => right.resource)).toContain('x.mailbox.directory.');
    expect(prefixed.every((right) => right.resourceType === 'GROUP')).toBe(true);
  });

  it('grants nothing without the prefix of the deployment', () => {
    expect(rights.every((right) => right.resource.startsWith('x.'))).toBe(true);
  });
});

describe('readerRights', () => {
  it('lets an operator read everything of one deployment and write nothing', () => {
    const operator = readerRights('operator', 'x.');
    expect(operator.every((right) => right.resource === 'x.' && right.pattern === 'PREFIXED')).toBe(true);
    expect(operator.map((right) => right.operation)).not.toContain('WRITE');
    expect(readerRights('operator', '').every((right) => right.resource === '*')).toBe(true);
  });
});
