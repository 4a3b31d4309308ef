/** One entry of the problem catalogue: the HTTP status and the title in both working languages. */
export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  readonly titleFr: string;
}

/**
 * Every problem this product answers with. The key is the stable last part of the `type`
 * (`urn:chappe:problem:<key>`): clients branch on it, so a key is never renamed or reused.
 */
export const problems = {
  'malformed-json': { status: 400, title: 'Not well-formed JSON', titleFr: 'JSON mal formé' },
  'invalid-utf8': { status: 400, title: 'Not valid UTF-8', titleFr: 'UTF-8 invalide' },
  'nul-character': { status: 400, title: 'NUL character refused', titleFr: 'Caractère NUL refusé' },
  'lone-surrogate': {
    status: 400,
    title: 'Half of a surrogate pair refused',
    titleFr: 'Demi-paire de substitution refusée',
  },
  'number-out-of-range': {
    status: 400,
    title: 'Number that cannot be kept exactly',
    titleFr: 'Nombre impossible à conserver exactement',
  },
  'nesting-too-deep': { status: 400, title: 'Nested too deeply', titleFr: 'Imbrication trop profonde' },
  'too-many-values': { status: 400, title: 'Too many values', titleFr: 'Trop de valeurs' },
  'duplicate-name': { status: 400, title: 'Name given twice', titleFr: 'Nom donné deux fois' },
  'forbidden-name': { status: 400, title: 'Name not permitted', titleFr: 'Nom non autorisé' },
  'body-too-large': { status: 413, title: 'Body too large', titleFr: 'Corps trop volumineux' },
  'empty-body': { status: 400, title: 'Body missing', titleFr: 'Corps absent' },
  'unsupported-media-type': {
    status: 415,
    title: 'Media type not supported',
    titleFr: 'Type de média non pris en charge',
  },
  'not-acceptable': {
    status: 406,
    title: 'No acceptable representation',
    titleFr: 'Aucune représentation acceptable',
  },
  'unknown-field': { status: 400, title: 'Unknown field', titleFr: 'Champ inconnu' },
  'wrong-type': { status: 400, title: 'Value of the wrong type', titleFr: 'Valeur du mauvais type' },
  'missing-field': { status: 400, title: 'Required field missing', titleFr: 'Champ obligatoire absent' },
  'invalid-value': { status: 400, title: 'Value not permitted', titleFr: 'Valeur non autorisée' },
  'server-field': {
    status: 400,
    title: 'Field that only the server sets',
    titleFr: 'Champ fixé par le serveur seul',
  },
  'submission-id-missing': {
    status: 400,
    title: 'Neither submissionId nor Idempotency-Key',
    titleFr: 'Ni submissionId ni Idempotency-Key',
  },
  'idempotency-key-mismatch': {
    status: 400,
    title: 'Idempotency-Key differs from submissionId',
    titleFr: 'Idempotency-Key différente de submissionId',
  },
  'submission-conflict': {
    status: 422,
    title: 'Submission already used for another message',
    titleFr: 'Dépôt déjà utilisé pour un autre message',
  },
  unauthenticated: { status: 401, title: 'Access token missing', titleFr: "Jeton d'accès absent" },
  'token-expired': { status: 401, title: 'Access token expired', titleFr: "Jeton d'accès expiré" },
  'token-audience': {
    status: 401,
    title: 'Access token for another audience',
    titleFr: "Jeton d'accès destiné à un autre service",
  },
  'token-issuer': {
    status: 401,
    title: 'Access token from another issuer',
    titleFr: "Jeton d'accès d'un autre émetteur",
  },
  'token-not-access-token': {
    status: 401,
    title: 'Not an access token',
    titleFr: "Ce n'est pas un jeton d'accès",
  },
  'token-algorithm': {
    status: 401,
    title: 'Signature algorithm refused',
    titleFr: 'Algorithme de signature refusé',
  },
  'token-signature': { status: 401, title: 'Signature does not verify', titleFr: 'Signature invalide' },
  'token-lifetime': {
    status: 401,
    title: 'Access token lives too long',
    titleFr: "Durée de vie du jeton d'accès trop longue",
  },
  'token-invalid': { status: 401, title: 'Access token not valid', titleFr: "Jeton d'accès invalide" },
  'unknown-holder': {
    status: 403,
    title: 'Holder of the token not in the directory',
    titleFr: "Titulaire du jeton absent de l'annuaire",
  },
  suspended: { status: 403, title: 'Holder suspended', titleFr: 'Titulaire suspendu' },
  'acting-as-required': {
    status: 403,
    title: 'Several correspondents possible: Chappe-Acting-As needed',
    titleFr: 'Plusieurs correspondants possibles : Chappe-Acting-As nécessaire',
  },
  'no-grant': {
    status: 403,
    title: 'No grant for this correspondent',
    titleFr: 'Aucune habilitation pour ce correspondant',
  },
  'person-required': {
    status: 403,
    title: 'Only a person may do this',
    titleFr: 'Seule une personne peut le faire',
  },
  forbidden: { status: 403, title: 'Not permitted', titleFr: 'Non autorisé' },
  'unknown-correspondent': {
    status: 400,
    title: 'Correspondent not in the directory',
    titleFr: "Correspondant absent de l'annuaire",
  },
  'release-required': {
    status: 403,
    title: 'Must be released by a superior',
    titleFr: 'Validation hiérarchique nécessaire',
  },
  'above-ceiling': {
    status: 422,
    title: 'Classification above the ceiling',
    titleFr: 'Classification au-dessus du plafond',
  },
  'receipt-taken': {
    status: 409,
    title: 'Already in charge of somebody else',
    titleFr: 'Déjà pris en charge par un autre',
  },
  'receipt-assigned': {
    status: 409,
    title: 'Handed over to somebody else',
    titleFr: 'Transmis à un autre',
  },
  'receipt-closed': { status: 409, title: 'Already closed', titleFr: 'Déjà clos' },
  'receipt-not-applicable': {
    status: 409,
    title: 'This receipt does not fit this delivery',
    titleFr: 'Cet accusé ne convient pas à cette remise',
  },
  'directory-not-sound': {
    status: 422,
    title: 'Proposed directory not sound',
    titleFr: 'Annuaire proposé défectueux',
  },
  'nothing-changes': {
    status: 422,
    title: 'The proposal changes nothing',
    titleFr: 'La proposition ne change rien',
  },
  'release-superseded': {
    status: 409,
    title: 'Another release of the directory came between',
    titleFr: "Une autre version de l'annuaire est intervenue",
  },
  'too-many-proposals': {
    status: 409,
    title: 'Too many proposals open',
    titleFr: 'Trop de propositions en attente',
  },
  'proposal-closed': {
    status: 409,
    title: 'Proposal already decided',
    titleFr: 'Proposition déjà tranchée',
  },
  'second-person-required': {
    status: 403,
    title: 'Somebody else must decide',
    titleFr: 'Une autre personne doit en décider',
  },
  'webhook-target-refused': {
    status: 422,
    title: 'Target of the webhook refused',
    titleFr: 'Cible du webhook refusée',
  },
  'webhook-challenge-failed': {
    status: 422,
    title: 'Target did not prove itself',
    titleFr: "La cible n'a pas prouvé son identité",
  },
  'webhook-unverified': {
    status: 409,
    title: 'Target not verified yet',
    titleFr: 'Cible pas encore vérifiée',
  },
  'webhook-limit': { status: 409, title: 'Too many webhooks', titleFr: 'Trop de webhooks' },
  'attachment-not-found': {
    status: 422,
    title: 'No such file uploaded by the sender',
    titleFr: "Aucun fichier de ce genre déposé par l'expéditeur",
  },
  'attachment-mismatch': {
    status: 422,
    title: 'Attachment differs from the file that is kept',
    titleFr: 'Pièce jointe différente du fichier conservé',
  },
  'attachment-too-large': { status: 413, title: 'File too large', titleFr: 'Fichier trop volumineux' },
  'attachment-digest-mismatch': {
    status: 422,
    title: 'Content differs from its announced SHA-256',
    titleFr: "Contenu différent de l'empreinte SHA-256 annoncée",
  },
  'attachment-type-mismatch': {
    status: 422,
    title: 'Content differs from its media type',
    titleFr: 'Contenu différent de son type de média',
  },
  'attachment-type-refused': {
    status: 415,
    title: 'Files of this type are not taken',
    titleFr: 'Type de fichier non accepté',
  },
  'tus-version-unsupported': {
    status: 412,
    title: 'Version of the upload protocol not supported',
    titleFr: 'Version du protocole de dépôt non prise en charge',
  },
  'upload-offset-mismatch': {
    status: 409,
    title: 'Bytes do not begin where the stored ones end',
    titleFr: 'Les octets ne commencent pas où finissent ceux déjà déposés',
  },
  'upload-locked': {
    status: 423,
    title: 'Another request works on this upload',
    titleFr: 'Une autre requête traite ce dépôt',
  },
  'upload-limit': { status: 409, title: 'Too many uploads open', titleFr: 'Trop de dépôts en cours' },
  'storage-full': { status: 507, title: 'No room for files', titleFr: 'Plus de place pour les fichiers' },
  'attachment-refused': {
    status: 409,
    title: 'Attachment found harmful and kept back',
    titleFr: 'Pièce jointe jugée dangereuse et retenue',
  },
  'attachment-not-scanned': {
    status: 409,
    title: 'Attachment not examined yet',
    titleFr: 'Pièce jointe pas encore examinée',
  },
  'range-not-satisfiable': {
    status: 416,
    title: 'No such part of the file',
    titleFr: 'Partie du fichier inexistante',
  },
  'precondition-required': {
    status: 428,
    title: 'Say which version you change',
    titleFr: 'Indiquez la version que vous modifiez',
  },
  'precondition-failed': {
    status: 412,
    title: 'Changed meanwhile by somebody else',
    titleFr: 'Modifié entre-temps par un autre',
  },
  'reference-mistyped': {
    status: 400,
    title: 'Reference mistyped',
    titleFr: 'Référence mal recopiée',
  },
  'not-found': { status: 404, title: 'Not found', titleFr: 'Introuvable' },
  'method-not-allowed': { status: 405, title: 'Method not allowed', titleFr: 'Méthode non autorisée' },
  'request-timeout': {
    status: 408,
    title: 'Request took too long to arrive',
    titleFr: 'Requête trop longue à arriver',
  },
  'uri-too-long': { status: 414, title: 'Address too long', titleFr: 'Adresse trop longue' },
  'headers-too-large': { status: 431, title: 'Headers too large', titleFr: 'En-têtes trop volumineux' },
  'rate-limited': { status: 429, title: 'Too many requests', titleFr: 'Trop de requêtes' },
  'bad-request': { status: 400, title: 'Request not understood', titleFr: 'Requête incomprise' },
  'reason-required': {
    status: 400,
    title: 'A reason must be given',
    titleFr: 'Un motif doit être indiqué',
  },
  'invalid-cursor': { status: 400, title: 'Cursor not valid', titleFr: 'Curseur invalide' },
  'internal-error': { status: 500, title: 'Internal error', titleFr: 'Erreur interne' },
  unavailable: {
    status: 503,
    title: 'Not available at the moment',
    titleFr: 'Momentanément indisponible',
  },
} as const satisfies Record<string, ProblemDefinition>;

/** The stable code of a problem. */
export type ProblemCode = keyof typeof problems;

/** Whether a text is a code of the catalogue. */
export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(problems, text);
}
