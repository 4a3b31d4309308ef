/** Where a rule comes from. `network` is a rule that the network gave itself. */
const sources = {
  network: { fr: 'Règle du réseau', en: 'Rule of the network' },
  protection: {
    fr: 'Règles nationales sur la protection de l’information',
    en: 'National rules on the protection of information',
  },
  tlp: { fr: 'TLP 2.0 (FIRST)', en: 'TLP 2.0 (FIRST)' },
  europol: { fr: 'Codes de traitement d’Europol', en: 'Europol handling codes' },
  tlpAndEuropol: {
    fr: 'TLP 2.0 (FIRST) ; codes de traitement d’Europol',
    en: 'TLP 2.0 (FIRST); Europol handling codes',
  },
  unknown: {
    fr: 'Règle du réseau : un code inconnu est le plus restrictif',
    en: 'Rule of the network: an unknown code is the most restrictive',
  },
  thirdParty: {
    fr: 'Directives (UE) 2016/680, art. 35, § 1, c) et e), et 2023/977, art. 6, § 1, h)',
    en: 'Directives (EU) 2016/680, art. 35(1)(c) and (e), and 2023/977, art. 6(1)(h)',
  },
  necessary: {
    fr: 'Directive (UE) 2016/680, art. 4, § 1, c) : rien au-delà du nécessaire',
    en: 'Directive (EU) 2016/680, art. 4(1)(c): no more than is necessary',
  },
  categories: {
    fr: 'Directive (UE) 2016/680, art. 4, § 1, c), et art. 6 : catégories de personnes',
    en: 'Directive (EU) 2016/680, art. 4(1)(c) and art. 6: categories of persons',
  },
  sourceProtection: {
    fr: 'Règle du réseau : aucune identité de source ; directive (UE) 2023/977, art. 6, § 1, f), ii)',
    en: 'Rule of the network: no identity of a source; Directive (EU) 2023/977, art. 6(1)(f)(ii)',
  },
  x400: { fr: 'X.400, « personal »', en: 'X.400, "personal"' },
  edxl: { fr: 'EDXL-DE, distributionStatus', en: 'EDXL-DE, distributionStatus' },
  acp127: {
    fr: 'ACP 127 : rédiger et autoriser l’envoi sont des actes du service',
    en: 'ACP 127: drafting and releasing are acts of the office',
  },
} as const;

/** The codes by which the policy explains itself: the words of both languages, and the source of the rule. */
export const stepTexts = {
  'excluded.sender-excluded': {
    fr: "L'expéditeur a exclu ce correspondant.",
    en: 'The sender excluded this correspondent.',
    source: sources.network,
  },
  'excluded.not-excluded': {
    fr: 'Correspondant non exclu.',
    en: 'Correspondent not excluded.',
    source: sources.network,
  },
  'third-party.no-permission': {
    fr: "Information d'un partenaire : elle ne va pas plus loin sans l'accord de son auteur.",
    en: 'A partner’s information: it goes no further without its originator’s permission.',
    source: sources.thirdParty,
  },
  'third-party.released': {
    fr: "L'auteur a autorisé la transmission à ce correspondant.",
    en: 'The originator permitted passing it on to this correspondent.',
    source: sources.thirdParty,
  },
  'third-party.does-not-limit': {
    fr: 'La règle du tiers ne limite pas cet accès.',
    en: 'The third-party rule does not limit this access.',
    source: sources.thirdParty,
  },
  'classification.above-ceiling': {
    fr: "Classification au-delà du plafond ou de l'habilitation.",
    en: 'Classification above the ceiling or clearance.',
    source: sources.protection,
  },
  'classification.within-ceiling': {
    fr: "Classification dans la limite du plafond ou de l'habilitation.",
    en: 'Classification within the ceiling or clearance.',
    source: sources.protection,
  },
  'handling.tlp-red': {
    fr: 'TLP:RED : destinataires nommés seulement.',
    en: 'TLP:RED: named recipients only.',
    source: sources.tlp,
  },
  'handling.tlp-amber-strict': {
    fr: "TLP:AMBER+STRICT : l'organisation du destinataire seulement.",
    en: 'TLP:AMBER+STRICT: the recipient’s organisation only.',
    source: sources.tlp,
  },
  'handling.tlp-amber': {
    fr: "TLP:AMBER : l'organisation et ses clients qui ont besoin d'en connaître.",
    en: 'TLP:AMBER: the organisation and its clients who need to know.',
    source: sources.tlp,
  },
  'handling.tlp-unknown': {
    fr: 'TLP inconnu de cette version : traité comme le plus restrictif.',
    en: 'TLP unknown to this release: treated as the most restrictive.',
    source: sources.unknown,
  },
  'handling.h2': {
    fr: "H2 : pas de retransmission sans l'accord de l'auteur.",
    en: 'H2: not to be passed on without the provider’s permission.',
    source: sources.europol,
  },
  'handling.h3': {
    fr: 'H3 : restriction en toutes lettres, qu’aucune machine ne peut juger : pas de retransmission.',
    en: 'H3: a restriction in words, which no machine can judge: not passed on.',
    source: sources.europol,
  },
  'handling.unknown': {
    fr: 'Code de traitement inconnu de cette version : traité comme le plus restrictif.',
    en: 'Handling code unknown to this release: treated as the most restrictive.',
    source: sources.unknown,
  },
  'handling.does-not-limit': {
    fr: 'Ni le TLP ni les codes de traitement ne limitent cet accès.',
    en: 'Neither TLP nor handling codes limit this access.',
    source: sources.tlpAndEuropol,
  },
  'grant.suspended': {
    fr: 'Correspondant suspendu.',
    en: 'Correspondent suspended.',
    source: sources.network,
  },
  'grant.blind-role': {
    fr: 'Cette fonction ne donne accès à aucun contenu.',
    en: 'This function gives access to no content.',
    source: sources.network,
  },
  'grant.person-required': {
    fr: 'Seule une personne peut accomplir cet acte, jamais un système.',
    en: 'Only a person may do this, never a system.',
    source: sources.network,
  },
  'grant.role-lacks-action': {
    fr: 'Aucune fonction accordée ne permet cet acte.',
    en: 'No granted function permits this act.',
    source: sources.network,
  },
  'grant.crime-area': {
    fr: 'Domaine hors de ceux accordés.',
    en: 'Crime area outside those granted.',
    source: sources.necessary,
  },
  'grant.attention': {
    fr: "Réservé par l'expéditeur à d'autres fonctions.",
    en: 'Reserved by the sender to other positions.',
    source: sources.x400,
  },
  'grant.attention-outside': {
    fr: 'L’attention exclusive ne peut être garantie hors du réseau.',
    en: 'Exclusive attention cannot be guaranteed outside the network.',
    source: sources.x400,
  },
  'grant.exercise': {
    fr: "Envoyer pour exercice demande un droit qui n'est pas accordé.",
    en: 'Sending as an exercise needs a right that is not granted.',
    source: sources.edxl,
  },
  'grant.test': {
    fr: 'Seuls les services de Chappe envoient des messages d’essai.',
    en: 'Only Chappe’s own services send test messages.',
    source: sources.edxl,
  },
  'grant.permits': {
    fr: 'Une fonction accordée le permet.',
    en: 'A granted function permits it.',
    source: sources.network,
  },
  'relation.none': {
    fr: 'Aucun lien de ce correspondant avec ce message ne permet cet accès.',
    en: 'No relation of this correspondent with this message permits this access.',
    source: sources.network,
  },
  'relation.foreign': {
    fr: "Ressource d'un autre correspondant.",
    en: 'Resource of another correspondent.',
    source: sources.network,
  },
  'relation.permits': {
    fr: 'Le lien du correspondant avec le message le permet.',
    en: 'The correspondent’s relation with the message permits it.',
    source: sources.network,
  },
  'tearline.only': {
    fr: '« Tearline » : ce correspondant est de ceux à qui ce texte peut être dit ; il ne reçoit que lui.',
    en: 'Tear line: this correspondent is among those who may be told this text; it gets nothing else.',
    source: sources.thirdParty,
  },
  'variant.always-withheld': {
    fr: 'Ce qui n’est jamais montré à un destinataire est retenu.',
    en: 'What is never shown to a recipient is withheld.',
    source: sources.necessary,
  },
  'variant.own-numbering': {
    fr: 'Moyens propres à l’expéditeur de répéter et de compter : ils ne servent que lui.',
    en: 'The sender’s own means of repeating and counting: they serve nobody else.',
    source: sources.necessary,
  },
  'variant.person-behind': {
    fr: 'Qui a rédigé, envoyé ou validé : le correspondant répond de son message, pas une personne.',
    en: 'Who wrote, sent or released it: the correspondent answers for its message, not a person.',
    source: sources.acp127,
  },
  'variant.exclusions': {
    fr: 'Qui l’expéditeur tient à l’écart, et qu’il tient quelqu’un à l’écart.',
    en: 'Whom the sender keeps out, and that it keeps somebody out.',
    source: sources.network,
  },
  'variant.source-protected': {
    fr: 'Désignation de la source : sa clé reste chez l’expéditeur.',
    en: 'The token of a source: its key stays with the sender.',
    source: sources.sourceProtection,
  },
  'variant.need-to-know': {
    fr: 'Qui a donné l’information : réservé à ceux qui doivent agir et que l’auteur a choisis.',
    en: 'Who gave the information: for those who have to act and whom the originator chose.',
    source: sources.necessary,
  },
  'variant.outside-network': {
    fr: 'Hors du réseau : ni l’origine, ni les autres destinataires, ni l’organisation de l’expéditeur.',
    en: 'Outside the network: neither where it comes from, nor who else holds it, nor how the sender is organised.',
    source: sources.necessary,
  },
  'variant.working-data': {
    fr: 'Hors du réseau : ce qui ne sert qu’au réseau, pour classer, rapprocher et tracer.',
    en: 'Outside the network: what only serves the network, to file, match and trace.',
    source: sources.necessary,
  },
  'variant.protected-person': {
    fr: 'Victime, témoin ou mineur : identité réservée à qui doit agir, dans le réseau ou un service national.',
    en: 'Victim, witness or minor: identity for those who have to act, in the network or a national service.',
    source: sources.categories,
  },
  'variant.source-person': {
    fr: 'Informateur, ou personne de catégorie inconnue : identité réservée au bureau qui agit, ou à qui l’expéditeur a désigné pour agir dans le réseau.',
    en: 'Informant, or person of unknown category: identity for the desk that acts, or whom the sender itself named to act inside the network.',
    source: sources.categories,
  },
  'variant.tells-of-withheld': {
    fr: 'Ce texte nomme une personne dont l’identité est retenue ici.',
    en: 'This text names a person whose identity is withheld here.',
    source: sources.categories,
  },
  'variant.attachment-may-tell': {
    fr: 'Une pièce jointe n’est jamais lue par la machine : elle pourrait nommer une personne dont l’identité est retenue ici.',
    en: 'An attachment is never read by the machine: it could name a person whose identity is withheld here.',
    source: sources.categories,
  },
  'variant.earlier-policy': {
    fr: 'Retenu par une décision prise sous des règles antérieures.',
    en: 'Withheld by a decision taken under earlier rules.',
    source: sources.network,
  },
  'variant.beyond-release': {
    fr: 'L’auteur a autorisé la transmission d’une partie seulement du message.',
    en: 'The originator permitted passing on a part of the message only.',
    source: sources.thirdParty,
  },
} as const satisfies Record<string, StepText>;

/** One rule in words, with where it comes from. */
export interface StepText {
  readonly fr: string;
  readonly en: string;
  readonly source: { readonly fr: string; readonly en: string };
}
