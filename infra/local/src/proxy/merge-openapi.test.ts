import { describe, expect, it } from 'vitest';
import { mergeOpenApi, type OpenApiDocument } from './merge-openapi.ts';

const origin = { publicUrl: 'http://127.0.0.1:8080', issuer: 'http://127.0.0.1:8081' };
const document = (path: string, schemas: Record<string, unknown>): OpenApiDocument => ({
  openapi: '3.1.0',
  paths: {
    [path]: { get: { responses: { 200: { $ref: '#/components/schemas/Item' } } } },
    '/metrics': { get: {} },
  },
  components: { schemas },
});

describe('mergeOpenApi', () => {
  it('joins the paths of all services and leaves out what is not public', () => {
    const merged = mergeOpenApi(
      new Map([
        ['mailbox', document('/v1/inbox', {})],
        ['archive', document('/v1/archive/messages', {})],
      ]),
      origin,
    );
    expect(Object.keys(merged.paths ?? {})).toEqual(['/v1/archive/messages', '/v1/inbox']);
    expect(merged.paths?.['/v1/inbox']?.get).toMatchObject({ tags: ['mailbox'] });
    expect(merged.servers).toEqual([{ url: origin.publicUrl }]);
  });

  it('lets an operation that asks for a token be tried by signing in, and leaves open ones open', () => {
    const operations = { get: { security: [{ accessToken: [] }] }, post: { security: [] } };
    const merged = mergeOpenApi(new Map([['mailbox', { paths: { '/a': operations } }]]), origin);
    expect(merged.paths?.['/a']?.get).toMatchObject({
      security: [{ accessToken: [] }, { signIn: ['openid'] }],
    });
    expect(merged.paths?.['/a']?.post).toMatchObject({ security: [] });
  });

  it('keeps a component once when two services agree on it', () => {
    const merged = mergeOpenApi(
      new Map([
        ['mailbox', document('/a', { Item: { type: 'object' } })],
        ['archive', document('/b', { Item: { type: 'object' } })],
      ]),
      origin,
    );
    expect(merged.components?.schemas).toEqual({ Item: { type: 'object' } });
  });

  it('renames a component that another service defines otherwise, and what refers to it', () => {
    const merged = mergeOpenApi(
      new Map([
        ['mailbox', document('/a', { Item: { type: 'object' } })],
        [
          'archive',
          document('/b', {
            Item: { type: 'string' },
            List: { items: { $ref: '#/components/schemas/Item/x' } },
          }),
        ],
      ]),
      origin,
    );
    expect(merged.components?.schemas).toEqual({
      Item: { type: 'object' },
      'archive.Item': { type: 'string' },
      List: { items: { $ref: '#/components/schemas/archive.Item/x' } },
    });
    expect(JSON.stringify(merged.paths?.['/b'])).toContain('#/components/schemas/archive.Item');
    expect(JSON.stringify(merged.paths?.['/a'])).toContain('"#/components/schemas/Item"');
  });
});
