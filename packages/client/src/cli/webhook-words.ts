import { ChappeProblem } from '../problem.ts';
import type { Webhook, WebhookAttempt } from '../webhook-model.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** What came of a request to a target, by its code. */
const outcomes: Readonly<Record<string, Text>> = {
  delivered: { en: 'taken', fr: 'pris' },
  status: { en: 'refused by the target', fr: 'refusé par la cible' },
  redirect: {
    en: 'the target redirects, which is not followed',
    fr: 'la cible redirige, ce qui n’est pas suivi',
  },
  gone: { en: 'the target wants no more (410)', fr: 'la cible ne veut plus rien (410)' },
  timeout: { en: 'no answer in time', fr: 'pas de réponse à temps' },
  refused: { en: 'nobody listens there', fr: 'personne n’écoute à cette adresse' },
  closed: { en: 'the connection was closed', fr: 'la connexion a été fermée' },
  tls: {
    en: 'its certificate is not to be trusted (own authority, another name, or expired), or it speaks no TLS',
    fr: 'son certificat n’est pas digne de foi (autorité privée, autre nom ou expiré), ou elle ne parle pas TLS',
  },
  address: {
    en: 'the address is not of the Internet, or the name has none',
    fr: 'l’adresse n’est pas d’Internet, ou le nom n’en a pas',
  },
  'answer-too-large': { en: 'its answer is too large', fr: 'sa réponse est trop volumineuse' },
  protocol: { en: 'it does not speak HTTP', fr: 'elle ne parle pas HTTP' },
  form: { en: 'it is not an address', fr: 'ce n’est pas une adresse' },
  'host-form': {
    en: 'write the host in lower case, as it is understood: no other form of a number, no dot at its end',
    fr: 'écrivez l’hôte en minuscules, tel qu’il est compris : sans autre forme de nombre ni point final',
  },
  userinfo: {
    en: 'an address holds no user and no password',
    fr: 'une adresse ne contient ni utilisateur ni mot de passe',
  },
  'not-https': { en: 'it must begin with https', fr: 'elle doit commencer par https' },
  port: { en: 'this port is not called', fr: 'ce port n’est pas appelé' },
  'wrong-answer': {
    en: 'it answered something else than {"challenge": "…"}',
    fr: 'elle a répondu autre chose que {"challenge": "…"}',
  },
  'secret-unreadable': {
    en: 'the secret cannot be opened: tell the operator, then rotate it',
    fr: 'le secret ne peut être ouvert : prévenez l’exploitant, puis renouvelez-le',
  },
};

const states: Readonly<Record<Webhook['state'], Text>> = {
  UNVERIFIED: { en: 'not verified', fr: 'non vérifié' },
  ACTIVE: { en: 'active', fr: 'actif' },
  PAUSED: { en: 'paused', fr: 'en pause' },
};

const causes: Readonly<Record<NonNullable<Webhook['pausedBecause']>, Text>> = {
  OWNER: { en: 'by you', fr: 'par vous' },
  FAILING: { en: 'takes nothing', fr: 'ne prend rien' },
  GONE: { en: 'wants no more', fr: 'ne veut plus rien' },
};

/** What came of a request, in words; a code that a later server may have is told as it is. */
export function outcomeWords({ outcome, httpStatus }: WebhookAttempt, { say }: Terminal): string {
  const words = outcomes[outcome];
  const told = words === undefined ? outcome : say(words);
  return httpStatus === null || outcome === 'gone' ? told : `${told} (${httpStatus})`;
}

/** How a webhook stands, in words. */
export function stateWords({ state, pausedBecause }: Webhook, { say }: Terminal): string {
  const words = say(states[state] ?? { en: state, fr: state });
  const cause = pausedBecause === undefined ? undefined : causes[pausedBecause];
  return cause === undefined ? words : `${words} (${say(cause)})`;
}

/** The host of an address: what else stands in it may be a secret. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** An error about a target, with the server's code for what is wrong with it in words; any other as it is. */
export function targetErrorInWords(error: unknown, terminal: Terminal): unknown {
  if (!(error instanceof ChappeProblem)) return error;
  const { errors, ...details } = error.details;
  const outcome =
    error.code === 'webhook-challenge-failed'
      ? /: ([a-z0-9-]+)\.$/.exec(details.detail ?? '')?.[1]
      : error.code === 'webhook-target-refused'
        ? errors?.[0]?.detail
        : undefined;
  if (outcome === undefined) return error;
  const detail = outcomeWords({ outcome, httpStatus: null, durationMs: 0 }, terminal);
  return new ChappeProblem({ ...details, detail });
}
