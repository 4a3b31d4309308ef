/** The codes by which the policy explains itself, each with the words of both languages. */
const texts = {
  'excluded.sender-excluded': {
    fr: "L'expéditeur a exclu ce correspondant.",
    en: 'The sender excluded this correspondent.',
  },
  'excluded.not-excluded': { fr: 'Correspondant non exclu.', en: 'Correspondent not excluded.' },
  'third-party.no-permission': {
    fr: "Information d'un partenaire : elle ne va pas plus loin sans l'accord de son auteur.",
    en: 'A partner’s information: it goes no further without its originator’s permission.',
  },
  'third-party.released': {
    fr: "L'auteur a autorisé la transmission à ce correspondant.",
    en: 'The originator permitted passing it on to this correspondent.',
  },
  'third-party.does-not-limit': {
    fr: 'La règle du tiers ne limite pas cet accès.',
    en: 'The third-party rule does not limit this access.',
  },
  'classification.above-ceiling': {
    fr: "Classification au-delà du plafond ou de l'habilitation.",
    en: 'Classification above the ceiling or clearance.',
  },
  'classification.within-ceiling': {
    fr: "Classification dans la limite du plafond ou de l'habilitation.",
    en: 'Classification within the ceiling or clearance.',
  },
  'handling.tlp-red': {
    fr: 'TLP:RED : destinataires nommés seulement.',
    en: 'TLP:RED: named recipients only.',
  },
  'handling.tlp-amber-strict': {
    fr: "TLP:AMBER+STRICT : l'organisation du destinataire seulement.",
    en: 'TLP:AMBER+STRICT: the recipient’s organisation only.',
  },
  'handling.tlp-amber': {
    fr: "TLP:AMBER : l'organisation et ses clients qui ont besoin d'en connaître.",
    en: 'TLP:AMBER: the organisation and its clients who need to know.',
  },
  'handling.tlp-unknown': {
    fr: 'TLP inconnu de cette version : traité comme le plus restrictif.',
    en: 'TLP unknown to this release: treated as the most restrictive.',
  },
  'handling.h2': {
    fr: "H2 : pas de retransmission sans l'accord de l'auteur.",
    en: 'H2: not to be passed on without the provider’s permission.',
  },
  'handling.h3': {
    fr: 'H3 : restriction en toutes lettres, qu’aucune machine ne peut juger : pas de retransmission.',
    en: 'H3: a restriction in words, which no machine can judge: not passed on.',
  },
  'handling.unknown': {
    fr: 'Code de traitement inconnu de cette version : traité comme le plus restrictif.',
    en: 'Handling code unknown to this release: treated as the most restrictive.',
  },
  'handling.does-not-limit': {
    fr: 'Ni le TLP ni les codes de traitement ne limitent cet accès.',
    en: 'Neither TLP nor handling codes limit this access.',
  },
  'grant.suspended': { fr: 'Correspondant suspendu.', en: 'Correspondent suspended.' },
  'grant.blind-role': {
    fr: 'Cette fonction ne donne accès à aucun contenu.',
    en: 'This function gives access to no content.',
  },
  'grant.person-required': {
    fr: 'Seule une personne peut accomplir cet acte, jamais un système.',
    en: 'Only a person may do this, never a system.',
  },
  'grant.role-lacks-action': {
    fr: 'Aucune fonction accordée ne permet cet acte.',
    en: 'No granted function permits this act.',
  },
  'grant.crime-area': {
    fr: 'Domaine hors de ceux accordés.',
    en: 'Crime area outside those granted.',
  },
  'grant.attention': {
    fr: "Réservé par l'expéditeur à d'autres fonctions.",
    en: 'Reserved by the sender to other positions.',
  },
  'grant.attention-outside': {
    fr: 'L’attention exclusive ne peut être garantie hors du réseau.',
    en: 'Exclusive attention cannot be guaranteed outside the network.',
  },
  'grant.exercise': {
    fr: "Envoyer pour exercice demande un droit qui n'est pas accordé.",
    en: 'Sending as an exercise needs a right that is not granted.',
  },
  'grant.test': {
    fr: 'Seuls les services de Chappe envoient des messages d’essai.',
    en: 'Only Chappe’s own services send test messages.',
  },
  'grant.permits': { fr: 'Une fonction accordée le permet.', en: 'A granted function permits it.' },
  'relation.none': {
    fr: 'Aucun lien de ce correspondant avec ce message ne permet cet accès.',
    en: 'No relation of this correspondent with this message permits this access.',
  },
  'relation.foreign': {
    fr: "Ressource d'un autre correspondant.",
    en: 'Resource of another correspondent.',
  },
  'relation.permits': {
    fr: 'Le lien du correspondant avec le message le permet.',
    en: 'The correspondent’s relation with the message permits it.',
  },
  'variant.always-withheld': {
    fr: "Ce qui n'est jamais montré à un destinataire est retenu.",
    en: 'What is never shown to a recipient is withheld.',
  },
  'variant.outside-network': {
    fr: 'Hors du réseau : provenance et autres destinataires retenus.',
    en: 'Outside the network: provenance and other recipients withheld.',
  },
  'variant.information': {
    fr: 'Pour information : désignation de la source retenue.',
    en: 'For information: the name of the source withheld.',
  },
} as const satisfies Record<string, { fr: string; en: string }>;

/** A stable code of an explanation. */
export type StepCode = keyof typeof texts;

/** Every code, for documentation and tests. */
export const stepCodes = Object.keys(texts) as readonly StepCode[];

/** One rule that was applied: it lets pass, denies, or withholds a part. */
export interface Step {
  readonly code: StepCode;
  readonly effect: 'pass' | 'deny' | 'withhold';
}

/** The words for a code, in French and in English. */
export function stepText(code: StepCode): { readonly fr: string; readonly en: string } {
  return texts[code];
}
