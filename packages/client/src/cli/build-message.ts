import { nameAddressees } from './name-addressees.ts';

/** What the flags of `publish` and `flash` say about a message. */
export interface MessageFlags {
  readonly kind?: string;
  readonly text?: string;
  readonly title?: string;
  readonly urgency?: string;
  readonly to?: readonly string[];
  readonly info?: readonly string[];
  readonly attention?: readonly string[];
  readonly crimeArea?: readonly string[];
  readonly country?: readonly string[];
  readonly place?: string;
  readonly ground?: string;
  readonly callback?: string;
  readonly classification?: string;
  readonly keyword?: readonly string[];
  readonly language?: string;
  readonly emergency?: boolean;
}

/** Whether a message is real. */
export type MessageStatus =
  | { readonly status: 'ACTUAL' }
  | { readonly status: 'EXERCISE'; readonly exerciseId: string };

/**
 * A message made of flags alone. It holds no time and nothing random: the same command line under the
 * same submission id is the same request, which is what makes repeating it safe.
 */
export function buildMessage(flags: MessageFlags, status: MessageStatus): Readonly<Record<string, unknown>> {
  const countries = (flags.country ?? []).map((country) => country.toUpperCase());
  const { action, information } = nameAddressees(flags);
  return {
    kind: code(flags.kind ?? 'LEAD'),
    ...status,
    urgency: code(flags.urgency ?? 'ROUTINE'),
    ...(flags.ground === undefined ? {} : { urgencyGround: code(flags.ground) }),
    ...(flags.emergency === true ? { releaseMode: 'EMERGENCY' } : {}),
    ...list('crimeAreas', (flags.crimeArea ?? []).map(code)),
    ...list('countriesConcerned', countries),
    ...(flags.place === undefined ? {} : { places: [placeOf(flags.place, countries)] }),
    ...(flags.to === undefined && flags.info === undefined
      ? {}
      : {
          recipients: {
            ...list('action', action),
            ...list('information', information),
          },
        }),
    ...(flags.classification === undefined ? {} : { classification: code(flags.classification) }),
    ...list('keywords', flags.keyword ?? []),
    ...(flags.language === undefined ? {} : { language: flags.language }),
    body: {
      text: flags.text ?? '',
      ...(flags.title === undefined ? {} : { title: flags.title }),
      ...(flags.callback === undefined ? {} : { callback: flags.callback }),
    },
  };
}

/** A code as people type it (`threat-to-life`) in the form of the schema (`THREAT_TO_LIFE`). */
export function code(text: string): string {
  return text
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '_');
}

function placeOf(name: string, countries: readonly string[]): Readonly<Record<string, string>> {
  // One country concerned is where the place is; of several, guessing would put it somewhere wrong.
  const [country] = countries;
  return country !== undefined && countries.length === 1 ? { country, name } : { name };
}

function list<T>(name: string, items: readonly T[]): Readonly<Record<string, readonly T[]>> {
  return items.length === 0 ? {} : { [name]: items };
}
