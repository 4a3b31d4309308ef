/** One block of a server-sent event stream: what came between two blank lines. */
export interface StreamBlock {
  readonly name: string | undefined;
  readonly id: string | undefined;
  readonly data: string | undefined;
}

const longestBlockChars = 4 * 1024 * 1024;

/**
 * Reads a stream as it is on the wire, repetitions and gaps included: the SDK's own follower mends what it can,
 * which is just what a checker must not do. Returns a function that takes text and answers the blocks it ends.
 */
export function createBlockParser(): (text: string) => StreamBlock[] {
  let rest = '';
  return (text) => {
    const parts = (rest + text).split(/\r?\n\r?\n/);
    rest = parts.pop() ?? '';
    if (rest.length > longestBlockChars) throw new RangeError('a block of the stream has no end');
    return parts.map(parseBlock);
  };
}

function parseBlock(block: string): StreamBlock {
  let name: string | undefined;
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') name = value;
    else if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  return { name, id, data: data.length === 0 ? undefined : data.join('\n') };
}
