import type { DirectorySnapshot } from '@chappe/directory';
import type { DecisionReason } from '@chappe/schemas';
import { type Words, wordsFor } from './reason-words.ts';

/** One reason with its words. */
export interface ExplainedReason extends Words {
  readonly code: string;
  readonly ruleId?: string;
  /** Whom the reason is about, when it is not the correspondent explained. */
  readonly correspondent?: string;
}

/** Puts a reason into words; a rule speaks in those of its author, in the language in which it was written. */
export function explainReason(
  { code, ruleId, correspondent }: Pick<DecisionReason, 'code' | 'ruleId' | 'correspondent'>,
  directory: Pick<DirectorySnapshot, 'ruleIndex' | 'correspondents'>,
): ExplainedReason {
  const { fr, en } = wordsFor(code);
  const written = ruleId === null ? undefined : directory.ruleIndex.byId.get(ruleId)?.rule.reason;
  const about = correspondent === null ? undefined : directory.correspondents.get(correspondent);
  return {
    code,
    ...(ruleId === null ? {} : { ruleId }),
    ...(correspondent === null ? {} : { correspondent }),
    fr: sentence(fr, about === undefined ? correspondent : `${about.nameFr} (${about.code}).`, written),
    en: sentence(en, about === undefined ? correspondent : `${about.nameEn} (${about.code}).`, written),
  };
}

function sentence(...parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part != null && part !== '').join(' ');
}
