import { UsageError } from './usage-error.ts';

/** Whom a message is for, and for whose attention there. */
export interface AddresseeFlags {
  readonly to?: readonly string[];
  readonly info?: readonly string[];
  /** `POSITION` or `CORRESPONDENT=POSITION`, each with `:exclusive` where nobody else there may open it. */
  readonly attention?: readonly string[];
}

/** An addressee as a message names it. */
export interface Addressee {
  readonly correspondent: string;
  readonly attention?: { readonly positions: readonly string[]; readonly exclusive: boolean };
}

/** Those for action and those for information, with whose attention is asked for. */
export function nameAddressees({ to = [], info = [], attention = [] }: AddresseeFlags): {
  readonly action: readonly Addressee[];
  readonly information: readonly Addressee[];
} {
  const all = [...new Set([...to, ...info])];
  const asked = attention.map((text) => readAttention(text, all));
  const withAttention = (correspondent: string): Addressee => {
    const here = asked.filter((each) => each.correspondent === correspondent);
    if (here.length === 0) return { correspondent };
    const positions = [...new Set(here.map(({ position }) => position))];
    return { correspondent, attention: { positions, exclusive: here.some(({ exclusive }) => exclusive) } };
  };
  return { action: to.map(withAttention), information: info.map(withAttention) };
}

const form = /^(?:([a-z]+:[A-Za-z0-9-]+)=)?(.*?)(:exclusive)?$/;

function readAttention(text: string, addressees: readonly string[]) {
  const [, named, position = '', exclusive] = form.exec(text.trim()) ?? [];
  const [only, another] = addressees;
  const correspondent = named ?? (another === undefined ? only : undefined);
  if (position.trim() === '') {
    throw new UsageError(
      { en: `--attention ${text} names no position`, fr: `--attention ${text} ne nomme aucune fonction` },
      { en: 'write POSITION or POSITION:exclusive', fr: 'écrivez FONCTION ou FONCTION:exclusive' },
    );
  }
  if (correspondent === undefined) {
    throw new UsageError(
      {
        en: `whose ${position}? Each addressee has its own positions`,
        fr: `${position} de qui ? Chaque destinataire a ses propres fonctions`,
      },
      {
        en: `write --attention ${only ?? 'post:CI'}=${position}`,
        fr: `écrivez --attention ${only ?? 'post:CI'}=${position}`,
      },
    );
  }
  if (!addressees.includes(correspondent)) {
    throw new UsageError(
      { en: `${correspondent} is not an addressee`, fr: `${correspondent} n'est pas destinataire` },
      { en: 'name it with --to or --info too', fr: 'nommez-le aussi par --to ou --info' },
    );
  }
  return { correspondent, position: position.trim(), exclusive: exclusive !== undefined };
}
