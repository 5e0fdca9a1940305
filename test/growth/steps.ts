import { Session } from 'node:inspector';

let session: Session | null = null;

interface Coverage {
  result: { functions: { ranges: { count: number }[] }[] }[];
}

/**
 * Number of times that blocks of JavaScript were executed by `work`, as V8 counts them for coverage. It is the same on
 * every computer and under any load. What built-in functions do is not in it. Nothing else may run meanwhile.
 */
export async function countedSteps(work: () => unknown): Promise<number> {
  takeCounts();
  await work();
  return takeCounts();
}

/** Returns the executions since the last call. */
function takeCounts(): number {
  const { result } = post('Profiler.takePreciseCoverage') as Coverage;
  let steps = 0;
  for (const script of result)
    for (const { ranges } of script.functions) for (const { count } of ranges) steps += count;
  return steps;
}

/** Sends a command to this thread's own inspector, which answers at once. Counting starts with the first one. */
function post(method: string, params?: object): unknown {
  if (!session) {
    session = new Session();
    session.connect();
    post('Profiler.enable');
    post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }
  let answer: unknown;
  session.post(method, params, (error, value) => {
    if (error) throw error;
    answer = value;
  });
  return answer;
}
