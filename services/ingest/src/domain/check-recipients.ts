import type { Addressee, Correspondent, MessageDraft } from '@chappe/schemas';
import { ordersReroute } from './check-reroute.ts';
import { type Finding, invalid, missing } from './finding.ts';

/** What is needed of the directory: which correspondents there are. */
export type KnownCorrespondents = ReadonlyMap<string, Pick<Correspondent, 'code' | 'suspended'>>;

/**
 * Every correspondent named must be one of the directory: a mistyped addressee would never be told, and a
 * mistyped exclusion would be. Excluding an addressee is allowed, and wins.
 */
export function checkRecipients(draft: MessageDraft, known: KnownCorrespondents): Finding[] {
  const { recipients, dispatch } = draft;
  return [
    ...checkAddressees(recipients.action, '/recipients/action', known, {
      suspendedToo: ordersReroute(draft),
    }),
    ...checkAddressees(recipients.information, '/recipients/information', known),
    ...checkCodes(recipients.excluded, '/recipients/excluded', known, { suspendedToo: true }),
    ...checkAddressees(dispatch?.action ?? [], '/body/action', known),
    ...checkAddressees(dispatch?.information ?? [], '/body/information', known),
    ...checkCodes(
      draft.attachments.map((file) => file.uploader),
      '/attachments',
      known,
      {
        suspendedToo: true,
        repeatedToo: true,
        member: 'uploader',
      },
    ),
    ...(dispatch !== null && dispatch.action.length + dispatch.information.length === 0
      ? [missing('/body/action', 'a dispatch needs somebody to dispatch to')]
      : []),
  ];
}

function checkAddressees(
  addressees: readonly Addressee[],
  pointer: string,
  known: KnownCorrespondents,
  options: { suspendedToo?: boolean } = {},
): Finding[] {
  return [
    ...checkCodes(
      addressees.map((each) => each.correspondent),
      pointer,
      known,
      { ...options, member: 'correspondent' },
    ),
    ...addressees.flatMap(({ attention }, index) =>
      attention?.exclusive === true && attention.positions.length === 0
        ? [missing(`${pointer}/${index}/attention/positions`, 'exclusive attention names its positions')]
        : [],
    ),
  ];
}

function checkCodes(
  codes: readonly string[],
  pointer: string,
  known: KnownCorrespondents,
  options: { suspendedToo?: boolean; repeatedToo?: boolean; member?: string } = {},
): Finding[] {
  const member = options.member === undefined ? '' : `/${options.member}`;
  return codes.flatMap((code, index): Finding[] => {
    const at = `${pointer}/${index}${member}`;
    const correspondent = known.get(code);
    if (correspondent === undefined || (correspondent.suspended && options.suspendedToo !== true)) {
      return [{ code: 'unknown-correspondent', pointer: at, detail: 'is not in the directory' }];
    }
    return options.repeatedToo !== true && codes.indexOf(code) < index ? [invalid(at, 'is named twice')] : [];
  });
}
