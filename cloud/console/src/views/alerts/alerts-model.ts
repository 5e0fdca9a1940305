/** Texts and queries of the alerts view. */

/** Open alerts come with the live stream; resolved ones are fetched, the latest of them only. */
export const resolvedQuery = { state: 'resolved', limit: 50 } as const;

/** The heading above the resolved alerts: how many there are, and how many of them are shown if that is not all. */
export function resolvedTitle(total: number, shown: number): string {
  if (total === 0) return '';
  return shown < total ? `Resolved (latest ${shown} of ${total})` : `Resolved (${total})`;
}

/** Says how many machines report: the absence of alerts means little where nothing is watched. */
export function machinesText(count: number): string {
  if (count === 0) return 'No machine has reported yet.';
  return count === 1 ? 'One machine has reported.' : `${count} machines have reported.`;
}
