import { variantDigest } from '@chappe/schemas';
import { expect, it } from 'vitest';
import { renderVariant } from './render-variant.ts';
import { type Told, tell } from './told-message.fixture.ts';

const told: Told = {
  body: 'lead',
  persons: [{ category: 'WITNESS', minor: null, birthDate: null }],
  things: [{ type: 'PHONE', relation: 'USES', person: 0 }],
  same: [],
  mentions: { title: 0 },
  classification: 'RESTRICTED',
  tlp: 'AMBER',
  handling: ['H1'],
  provenance: { kind: 'PARTNER', rule: true },
  tearline: { form: 'WRITTEN', to: ['partner:example-agency'] },
  excluded: ['post:CI'],
  exclusive: ['desk:cyber'],
};
const always = ['actor', 'recipients.excluded', 'senderSeq', 'senderStream', 'submissionId'];

/**
 * Decisions name paths and a digest, and are kept for years: what this release renders from the paths of an
 * earlier one has to have the bytes that the earlier one had. The digests of the first four were made by the
 * renderer of policy 1, the last by that of policy 2.
 */
it.each<[string, readonly string[], string]>([
  ['policy 1, to act', always, 'f1175d9945cd9e443641f5fe03ca595b1514bc7f36ec28953381cbf85e09c13d'],
  [
    'policy 1, to know',
    [...always, 'provenance.sourceToken'],
    '6cf60986fc41c35e78c5e33d70091bdc8ad9c6e208fa7a639df3249cbef693d3',
  ],
  [
    'policy 1, outside',
    [
      ...always,
      'provenance',
      'recipients.action',
      'recipients.information',
      'sender.position',
      'sender.unit',
    ],
    'c24122a0f6bdb1e007364cbec518bcedc5fa5dc64040dbf35651ea5fadd49f05',
  ],
  [
    'policy 1, parts of lists',
    ['lead.entities[].person', 'lead.text', 'recipients.action[].attention', 'keywords[]'],
    'c36cc1cf9ffb7571c55e0126c4e89b71536536eee3bd9411f48f94cb38af4aff',
  ],
  [
    'policy 2, single items',
    ['lead.entities[0].person', 'lead.entities[1].identifiers', 'lead.title', 'keywords[1]', 'places[0]'],
    '5609f620fc7fcad3f832c93f751f1ffa9b479059d1a20579645bf7e43cf3a23d',
  ],
])('a variant of %s is rebuilt byte for byte', (_policy, withheld, digest) => {
  expect(variantDigest(renderVariant(tell(told), withheld))).toBe(digest);
});
