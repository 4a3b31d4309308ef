import { isReleasablePart } from '@chappe/policy';
import type { MessageDraft } from '@chappe/schemas';
import { type Finding, invalid } from './finding.ts';

/**
 * The parts that a release is asked for, as paths of the original. A path that opens nothing would be granted in good
 * faith and give nobody anything, so it is refused here, with its place.
 */
export function checkScope({ releaseRequest }: Pick<MessageDraft, 'releaseRequest'>): Finding[] {
  const scope = releaseRequest?.scope ?? [];
  return scope.flatMap((path, index) => {
    const pointer = `/body/scope/${index}`;
    if (!isReleasablePart(path)) {
      return [invalid(pointer, 'is no part that a release can open: write a path such as lead.entities')];
    }
    return scope.indexOf(path) === index ? [] : [invalid(pointer, 'names a part twice')];
  });
}
