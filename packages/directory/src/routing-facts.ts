import type { Message } from '@chappe/schemas';

/** What routing rules look at; nothing else of a message can influence who receives it by rule. */
export interface RoutingFacts {
  readonly countries: readonly string[];
  readonly crimeAreas: readonly string[];
  readonly kind: string;
  readonly urgency: string;
  readonly activity: string;
  readonly sender: string;
  readonly partner: string | null;
  readonly classification: string;
  readonly keywords: readonly string[];
  readonly entityTypes: readonly string[];
}

/** The facts of a message: its header, and the types of the entities that its body names. */
export function routingFactsOf(message: Message): RoutingFacts {
  return {
    countries: message.countriesConcerned,
    crimeAreas: message.crimeAreas,
    kind: message.kind,
    urgency: message.urgency,
    activity: message.activity,
    sender: message.sender.correspondent,
    partner: message.provenance?.partner ?? null,
    classification: message.classification,
    keywords: message.keywords,
    entityTypes: entityTypesOf(message),
  };
}

function entityTypesOf(message: Message): readonly string[] {
  const entities = [...(message.lead?.entities ?? []), ...(message.supplement?.entities ?? [])];
  return [...new Set(entities.map((entity) => entity.type))];
}

/** Keywords compare without regard to case, accents' composition or surrounding space. */
export function normaliseKeyword(keyword: string): string {
  return keyword.normalize('NFKC').trim().toLowerCase();
}
