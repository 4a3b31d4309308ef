import type { Entity, Message } from '@chappe/schemas';
import { type FreeText, freeTextsOf, textsOfParts } from './free-texts.ts';
import { namesSomebody } from './names-person.ts';
import { type ProtectedEntity, protectedEntitiesOf } from './protected-persons.ts';
import { mayKnowProtectedPersons, mayKnowSources, withholdingRules } from './rules/withholding.ts';
import type { StepCode } from './steps.ts';
import type { VariantAudience } from './variant-audience.ts';

/** A part of a message that an audience does not get, and the rule that says so. */
export interface Withheld {
  readonly path: string;
  readonly code: StepCode;
}

/** A decision names at most 200 paths in a variant; beyond these, lists are withheld whole. */
const mostContentPaths = 100;

/** What an audience does not get of a message by the rules that look at the audience alone. */
export function withheldByAudience(audience: VariantAudience): readonly Withheld[] {
  return withholdingRules
    .filter((rule) => rule.from(audience))
    .flatMap(({ code, paths }) => paths.map((path) => ({ path, code })));
}

/**
 * What an audience does not get because of the persons whom the message names: their identity, what belongs
 * to them, each text that names them, and attachments, which the machine cannot read.
 */
export function withheldForPersons(message: Message, audience: VariantAudience): readonly Withheld[] {
  if (mayKnowSources(audience)) return [];
  const hidden = protectedEntitiesOf(message).filter(
    ({ code }) => code === 'variant.source-person' || !mayKnowProtectedPersons(audience),
  );
  if (hidden.length === 0) return [];
  const identities = hidden.flatMap(identityOf);
  const paths = identities.flatMap(({ withheld }) => withheld);
  const names = namesSomebody(identities.flatMap(({ texts }) => texts));
  const gone = new Set(paths.map(({ path }) => path));
  for (const { path, text } of freeTextsOf(message)) {
    const isGone = [...withAncestors(path)].some((each) => gone.has(each));
    if (!isGone && names(text)) paths.push({ path, code: 'variant.tells-of-withheld' });
  }
  if (message.attachments.length > 0) {
    paths.push({ path: 'attachments', code: 'variant.attachment-may-tell' });
  }
  return paths.length <= mostContentPaths ? paths : paths.map(wholeList);
}

interface Identity {
  readonly withheld: readonly Withheld[];
  readonly texts: readonly FreeText[];
}

/** How the text calls somebody stays, unless it names that person: without it nobody could follow the text. */
function identityOf({ code, path, entity }: ProtectedEntity): Identity {
  const { entityId: _id, type: _type, label: _label, evaluation: _evaluation, ...parts } = entity;
  const told = Object.entries(parts satisfies Partial<Entity>).filter(([, value]) => saysSomething(value));
  return {
    withheld: told.map(([name]) => ({ path: `${path}.${name}`, code })),
    texts: textsOfParts(path, Object.fromEntries(told)),
  };
}

function saysSomething(value: unknown): boolean {
  return value !== null && !(Array.isArray(value) && value.length === 0);
}

function* withAncestors(path: string): Generator<string> {
  yield path;
  for (const { index } of path.matchAll(/[.[]/g)) yield path.slice(0, index);
}

function wholeList({ path, code }: Withheld): Withheld {
  const item = path.indexOf('[');
  return { path: item === -1 ? path : path.slice(0, item), code };
}
