/** Many years (test/plant-year/runs): each in one of several processes, which take seeds one after the other. */
import { fork } from 'node:child_process';
import { compiledEntry } from '../../../shared/files/paths.ts';
import type { YearVerdict } from '../verdict/judge.ts';
import type { Answer, Job } from './job.ts';

export interface PoolOptions {
  jobs: readonly Job[];
  processes: number;
  onDone(answer: Answer): void;
}

/** Resolves with the verdicts in the order of the jobs. @throws Error if a process ends before its year */
export async function runYears({ jobs, processes, onDone }: PoolOptions): Promise<YearVerdict[]> {
  const waiting = [...jobs];
  const answers: Answer[] = [];
  const take = (answer: Answer) => {
    answers.push(answer);
    onDone(answer);
  };
  await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, () => work(waiting, take)));
  const order = (verdict: YearVerdict) => jobs.findIndex(({ seed }) => seed === verdict.seed);
  return answers.map(({ verdict }) => verdict).sort((a, b) => order(a) - order(b));
}

function work(waiting: Job[], take: (answer: Answer) => void): Promise<void> {
  // A larger nursery: most objects live for one minute of the plant.
  const child = fork(compiledEntry('test/plant-year/runs/worker'), {
    execArgv: ['--max-semi-space-size=64'],
  });
  return new Promise((resolve, reject) => {
    const next = () => {
      const job = waiting.shift();
      if (job) child.send(job);
      else child.disconnect();
    };
    child.on('message', (answer: Answer) => {
      take(answer);
      next();
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the process of a year ended with ${code}`)),
    );
    next();
  });
}
