import type { Command } from 'commander';
import type { StoredDecision } from '../../../../cloud/ports/history.ts';
import type { ReplayOutcome } from '../../../../gateway/ports/replay/replay.ts';
import { exitCodes } from '../../exit-codes.ts';
import { type Endpoint, findEndpoint, request } from '../../http-client.ts';
import { fromOne, httpUrl, type ReachOptions, withReach } from '../../options.ts';
import { printable, printJson, printList } from '../../output.ts';
import { recordsOf, recordWith } from './records.ts';
import { storedRows } from './stored-rows.ts';

/** Records that a gateway takes at once. */
const batchMax = 100;
const shownMax = 20;

interface ReplayOptions extends ReachOptions {
  limit: number;
  subject?: string;
  gatewayUrl?: string;
  gatewayToken?: string;
  gatewayData?: string;
}

export function addReplay(group: Command): void {
  withReach(group.command('replay'), 'cloud')
    .description(
      'decide once more from the same readings by the same version, and compare; nothing is acted upon',
    )
    .argument('[id]', 'its id, as `list` prints it; without it, the newest ones')
    .option('--limit <n>', 'number of records, newest first', fromOne, 20)
    .option('--subject <site/machine>', 'only this machine')
    .option(
      '--gateway-url <url>',
      'HTTP address of the gateway that decided (default: found beside the cloud)',
      httpUrl,
    )
    .option('--gateway-token <token>', 'its API token (better: $HARBINGER_GATEWAY_TOKEN)')
    .option('--gateway-data <dir>', 'its data folder')
    .addHelpText(
      'after',
      `
Examples:
  harbinger decisions replay 6fb1c4e0a7d2993b15e8c0d4-17
  harbinger decisions replay --subject plant/pump-2 --limit 200 --json
  harbinger decisions replay --url https://cloud:8080 --gateway-url https://hall-1:8081

The gateway finds the readings in its journal, by the blocks and the digest that the record names; where they are no
longer there, it gets those that the cloud has stored, and the same digest says whether they are the right ones. An answer is the
same bit by bit, or close within 0.1 % if another backend gives it. What cannot be repeated is listed with its reason.
Exit codes: 0 nothing differs, 1 something does.
`,
    )
    .action(async (id: string | undefined, options: ReplayOptions) => {
      const records =
        id === undefined ? (await recordsOf(options, options)).items : [await recordWith(id, options)];
      const outcomes = await replayed(records, options);
      if (outcomes.some(({ outcome }) => outcome === 'differs')) process.exitCode = exitCodes.failed;
      if (options.json) return printJson({ outcomes });
      show(records, outcomes);
    });
}

async function replayed(
  records: readonly StoredDecision[],
  options: ReplayOptions,
): Promise<ReplayOutcome[]> {
  const { gatewayUrl, gatewayToken, gatewayData, data } = options;
  const token = gatewayToken ?? process.env.HARBINGER_GATEWAY_TOKEN;
  const dir = gatewayData ?? data;
  const endpoint = findEndpoint('gateway', {
    ...(gatewayUrl !== undefined && { url: gatewayUrl }),
    ...(token !== undefined && { token }),
    ...(dir !== undefined && { data: dir }),
  });
  // The gateway reads its journal once for the decisions about one machine that come together.
  const bySubject = records.toSorted((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));
  const outcomes = new Map<string, ReplayOutcome>();
  for (let at = 0; at < bySubject.length; at += batchMax) {
    const body = { records: bySubject.slice(at, at + batchMax) };
    const answer = (await request(endpoint, 'POST', '/api/decisions/replay', body)) as {
      outcomes: ReplayOutcome[];
    };
    for (const outcome of answer.outcomes) outcomes.set(outcome.decisionId, outcome);
  }
  const isWanted = ({ decisionId }: StoredDecision) => outcomes.get(decisionId)?.isStoredWanted === true;
  for (let left = bySubject.filter(isWanted); left.length > 0; left = left.filter(isWanted)) {
    // The readings up to the newest of a machine are mostly those of the ones before it too.
    const together = left.filter(({ subject }) => subject === left[0]!.subject).slice(0, batchMax);
    for (const outcome of await fromStore(together.sort(byEnd), endpoint, options))
      outcomes.set(outcome.decisionId, outcome);
  }
  return records.flatMap(({ decisionId }) => outcomes.get(decisionId) ?? []);
}

const byEnd = (a: StoredDecision, b: StoredDecision) =>
  Date.parse(b.window?.end ?? '') - Date.parse(a.window?.end ?? '');

/** Repeats decisions about one machine, the newest first, by readings of the cloud. The older ones may be left as they were. */
async function fromStore(
  records: StoredDecision[],
  gateway: Endpoint,
  options: ReplayOptions,
): Promise<ReplayOutcome[]> {
  const stored = await storedRows(findEndpoint('cloud', options), records[0]!);
  const body = { records, stored: stored ? [stored] : [] };
  const { outcomes } = (await request(gateway, 'POST', '/api/decisions/replay', body)) as {
    outcomes: ReplayOutcome[];
  };
  return outcomes.flatMap((each, i) => {
    const { isStoredWanted: _, ...outcome } = each;
    if (outcome.outcome !== 'impossible')
      return [{ ...outcome, detail: `${outcome.detail}, by readings of the cloud’s store` }];
    if (i > 0) return [];
    return [
      { ...outcome, detail: stored ? outcome.detail : `${outcome.detail}; the cloud has none stored either` },
    ];
  });
}

function show(records: readonly StoredDecision[], outcomes: readonly ReplayOutcome[]): void {
  if (outcomes.length > shownMax) return showCounts(outcomes);
  const rows = outcomes.map(({ decisionId, outcome, detail }, i) => [
    printable(decisionId, 60),
    records[i]?.subject ?? '',
    outcome,
    printable(detail, 400),
  ]);
  printList([['id', 'about', 'outcome', 'detail'], ...rows]);
}

/** Many are summed up, by their outcome and detail. */
function showCounts(outcomes: readonly ReplayOutcome[]): void {
  const counts = new Map<string, number>();
  for (const { outcome, detail } of outcomes) {
    const key = `${outcome}\t${detail.replace(/\d+/g, 'N')}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const rows = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, shownMax)
    .map(([key, count]) => [String(count), ...key.split('\t').map((text) => printable(text, 300))]);
  printList([['decisions', 'outcome', 'detail'], ...rows]);
}
