/**
 * How long each party waits, sized to one another and to `broker.session.timeout.ms` (S), after which the
 * controller takes a silent broker for dead. Set S to 6 s with heartbeats each second: the local stack and the
 * tests do; Kafka's default is 9 s.
 *
 * Until S has passed nothing can be acknowledged that needs the dead broker: if it led, there is no leader; if
 * it followed, the leader waits for it until the in-sync replicas shrink. So a caller's bound must be longer than
 * S, an election and one more attempt: `callerMs` ≥ S + 3 s. With S at 9 s it has to be raised to 12 s, else
 * the callers of the first second are told "unknown" for records that are then written.
 *
 * `answerMs`, which a broker has to gather acknowledgements, is shorter than S: the attempt that was under way
 * when a broker died ends at 5 s, the next is acknowledged as soon as the others may go on, and a leader that is
 * stopped holds a batch no longer than that. Much shorter, and a slow moment would repeat batches, each of
 * which then stands twice in the log. The client waits `answerGraceMs` longer than the broker, so that what the
 * broker says arrives before we give up on it.
 *
 * A consumer's session is longer than S and an election, so that a member does not lose its partitions because
 * the broker of its coordinator died; heartbeats go out four times in it. kafkajs waits longer by itself for the
 * answers to joins and fetches; `consumerAnswerMs` holds for all its other requests.
 */
export const timeBounds = {
  connectMs: 3_000,
  authenticateMs: 3_000,
  answerMs: 5_000,
  answerGraceMs: 1_000,
  callerMs: 10_000,
  sessionMs: 10_000,
  rebalanceMs: 15_000,
  consumerAnswerMs: 10_000,
} as const;
