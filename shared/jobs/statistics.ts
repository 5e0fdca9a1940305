import { Type } from '@sinclair/typebox';
import { reportOf } from '../parts/statistics.ts';
import type { JobStats } from './job-runner.ts';

const labels = ['job'];

export const jobsReport = reportOf<{ jobs: readonly JobStats[] }>()({
  name: 'Jobs',
  statistics: {
    harbinger_job_runs_total: { type: 'counter', help: 'Runs of periodic jobs', labels },
    harbinger_job_failures_total: { type: 'counter', help: 'Runs that failed or were too slow', labels },
    harbinger_job_missed_total: { type: 'counter', help: 'Times at which a job could not run', labels },
  },
  status: { jobs: Type.Array(Type.Object({ name: Type.String() }, { additionalProperties: true })) },
  samples({ jobs }) {
    const each = (value: (job: JobStats) => number) =>
      jobs.map((job) => ({ value: value(job), labels: { job: job.name } }));
    return {
      harbinger_job_runs_total: each(({ runs }) => runs),
      harbinger_job_failures_total: each(({ failures }) => failures),
      harbinger_job_missed_total: each(({ missed }) => missed),
    };
  },
});
