/** What the exit code of `chappe` says. A script may rely on these; docs/guide-post.md lists them. */
export const exitCodes = {
  ok: 0,
  /** A defect, of this command or of the server. */
  unexpected: 1,
  /** The command line or the message file is wrong; nothing was sent. */
  usage: 2,
  /** The server refused the request as it stands. */
  refused: 3,
  /** Not signed in, not allowed, or the server is not to be trusted. */
  notAllowed: 4,
  /** No answer in time; repeating the same command is safe. */
  unavailable: 5,
  notFound: 6,
  /** The message was taken, and the router then refused it (`--wait`, `status`). */
  decidedRefused: 7,
  /** `doctor` found something wrong. */
  unhealthy: 8,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
