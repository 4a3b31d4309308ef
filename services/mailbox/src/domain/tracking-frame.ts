/** A whole state. `json` must be one line. */
export function trackingFrame(id: string, json: string): string {
  return `event: tracking\nid: ${id}\ndata: ${json}\n\n`;
}

/** The opening of a tracking stream: how long to wait before coming back after a broken connection. */
export function trackingOpeningFrame(retryMs: number): string {
  return `retry: ${retryMs}\n: chappe tracking\n\n`;
}

/** Keeps a silent connection alive; it has no id, since a state is resumed and not a position. */
export const trackingHeartbeat = ': heartbeat\n\n';
