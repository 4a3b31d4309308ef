/** Ends a connection whose work is done. */
export async function endQuietly(client: { end(): Promise<void> }): Promise<void> {
  try {
    await client.end();
  } catch {
    // The server has closed it before, and what was committed stays committed.
  }
}
