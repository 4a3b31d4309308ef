import { markingProfiles } from '../marking-profiles.ts';
import { mayKnowProtectedPersons, mayKnowSources, withholdingRules } from '../rules/withholding.ts';
import { stepText } from '../steps.ts';
import { keptBesideTearline } from '../tearline.ts';
import type { VariantAudience } from '../variant-audience.ts';
import { withheldByAudience } from '../withhold.ts';
import { code, table } from './markdown.ts';

/** The audiences that differ, as a reader would name them. */
const audiences: readonly (readonly [head: string, audience: VariantAudience])[] = [
  ['Desk, to act', { place: 'DESK', relation: 'ACTION', origin: 'RULE' }],
  ['Post named, to act', { place: 'POST', relation: 'ACTION', origin: 'NAMED' }],
  ['Post by rule, to act', { place: 'POST', relation: 'ACTION', origin: 'RULE' }],
  ['Inside by dispatch, to act', { place: 'POST', relation: 'ACTION', origin: 'DISPATCH' }],
  ['Inside, to know', { place: 'DESK', relation: 'INFORMATION', origin: 'RULE' }],
  ['National service, to act', { place: 'SERVICE', relation: 'ACTION', origin: 'NAMED' }],
  ['National service, to know', { place: 'SERVICE', relation: 'INFORMATION', origin: 'NAMED' }],
  ['International channel', { place: 'CHANNEL', relation: 'ACTION', origin: 'NAMED' }],
  ['Partner body', { place: 'PARTNER', relation: 'ACTION', origin: 'NAMED' }],
];

/** Which audience gets which part, and by which rule not. */
export function renderVariantTables(): string {
  return [
    '## Variants',
    'What a correspondent is given depends on what it is, on whether it has to act or to know, and on who chose it. The sender’s own copy is whole. What no row names is given to whoever is given the message; the evaluation of source and information always goes with it (Directive (EU) 2016/680, art. 7(2)). A dot stands for a part that is withheld.',
    table(['Part', ...audiences.map(([head]) => head)], [...fixedRows(), ...personRows()]),
    'A person of an unknown category counts as an informant, an entity of an unknown type as such a person. What belongs to a person (linked by `USES`, `OWNS`, `DRIVES`, `LOCATED_AT`) is withheld with it, and so is who is said to be the same. Names, parts of names and identifiers that are withheld are looked for in every other text; a text that holds one is withheld whole. An inflected form, or a name that no entity lists, is not found: what may be told of such a person outside, the writer puts into the tear line.',
    '### Only the tear line',
    `Where the third-party rule, a TLP or H2 or H3 keeps a message from a correspondent, and its tear line is \`WRITTEN\` and names that correspondent in \`releasableTo\`, it gets the text of the tear line, and of everything else only ${keptBesideTearline.map(code).join(', ')}. Exclusion, classification, suspension, exclusive attention and codes unknown to this release are not answered by a tear line. A RELEASE opens the message to whom it names, until it ends; one that was asked for parts opens these parts. What corrects a partner’s information is judged as that partner’s, whether or not it says so again.`,
    '### Why a part is withheld',
    table(
      ['Rule', 'Parts', 'English', 'Français', 'Source'],
      [
        ...withholdingRules.map((rule) => because(rule.code, rule.paths.map(code).join(', '))),
        because('variant.protected-person', 'identity of a victim, a witness, a minor'),
        because('variant.source-person', 'identity of an informant, of a person of unknown category'),
        because('variant.tells-of-withheld', 'a text that names one of them'),
        because('variant.attachment-may-tell', code('attachments')),
        because('tearline.only', 'all but the tear line'),
        because('variant.beyond-release', 'all but the parts released'),
      ],
    ),
    '## Marking profiles',
    'A name in `markingProfile` sets TLP and handling codes, and says whether the third-party rule holds. A marking that is stated beside it has to say the same; otherwise the message is refused, with the place of the contradiction.',
    table(
      ['Profile', 'English', 'Français', 'TLP', 'Handling', 'Third-party rule'],
      markingProfiles.map((profile) => [
        code(profile.name),
        profile.en,
        profile.fr,
        profile.tlp,
        profile.handling.join(', '),
        profile.thirdPartyRule === null ? 'as stated' : profile.thirdPartyRule ? 'holds' : 'does not hold',
      ]),
    ),
  ].join('\n\n');
}

function fixedRows(): string[][] {
  const parts = [...new Set(withholdingRules.flatMap(({ paths }) => paths))].sort();
  return parts.map((part) => row(code(part), (audience) => !withholds(audience, part)));
}

function personRows(): string[][] {
  return [
    row('identity of a victim, a witness, a minor; texts that name one', mayKnowProtectedPersons),
    row('identity of an informant; texts that name one', mayKnowSources),
    row('attachments, where an identity is withheld', () => false),
  ];
}

function row(part: string, given: (audience: VariantAudience) => boolean): string[] {
  return [part, ...audiences.map(([, audience]) => (given(audience) ? 'yes' : '·'))];
}

function withholds(audience: VariantAudience, part: string): boolean {
  return withheldByAudience(audience).some(({ path }) => path === part || part.startsWith(`${path}.`));
}

function because(rule: Parameters<typeof stepText>[0], parts: string): string[] {
  const { en, fr, source } = stepText(rule);
  return [code(rule), parts, en, fr, source.en];
}
