import { composeLead } from '../workload/compose-lead.ts';
import { createSubmitter } from '../workload/submit-until-answered.ts';
import type { Fault } from './fault.ts';
import { unitsOf } from './units-of.ts';

const leads = 12;
const copiesPerReplica = 3;
const sender = 'post:CI';

/** The same submissions at every replica of ingest at once, several times each: one message each must come of it. */
export const repeatConcurrently: Fault = {
  kind: 'repeat-concurrently',
  title: 'the same submissions sent at once, several times, to all replicas of ingest',
  touches: ['ingest'],
  needs: ['kafka'],
  leastHoldMs: 0,
  mostHoldMs: 0,
  brokers: 1,
  async run({ stack, random, clients, history }) {
    const urls = unitsOf(stack, 'ingest').map((unit) => stack.service(unit).url);
    // One submitter per replica, so that no copy finds its way to another.
    const submitters = urls.map((url) => createSubmitter({ clients, history, random, urls: [url] }));
    for (const submitter of submitters) submitter.giveUpAfter(20_000);
    const submissions = Array.from({ length: leads }, () => composeLead({ sender, random }));
    const fates = await Promise.all(
      submissions.flatMap((submission) =>
        submitters.flatMap((submitter) =>
          Array.from({ length: copiesPerReplica }, () => submitter.submit(submission)),
        ),
      ),
    );
    const acknowledged = fates.filter(({ outcome }) => outcome === 'acknowledged').length;
    return `${leads} submissions sent ${copiesPerReplica} times at once to ${urls.length} replicas: ${acknowledged} of ${fates.length} acknowledged`;
  },
};
