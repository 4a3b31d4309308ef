const mostCharacters = 120;
/** Names that Windows takes for devices, whatever their ending. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * A name that somebody else chose, as a file may have it here: in no other folder, hidden nowhere, read as an option
 * by no command, with no mark that turns its letters round, and no longer than every file system takes.
 */
export function safeFileName(given: string): string {
  const plain = given
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[.\-~ ]+|[. ]+$/g, '');
  if (plain === '') return 'attachment';
  return shortened(devices.test(plain) ? `_${plain}` : plain);
}

/** Keeps the ending, which says what the file is. */
function shortened(name: string): string {
  const letters = [...name];
  if (letters.length <= mostCharacters) return name;
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  return `${letters.slice(0, mostCharacters - ending.length).join('')}${ending}`;
}
