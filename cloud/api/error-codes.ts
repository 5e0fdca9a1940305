import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  API_BUSY: {
    stage: 'api',
    meaning: 'Too many queries are running.',
    retried: 'No.',
    remedy: 'Repeat the request after some seconds. If it lasts, find which program asks so often.',
  },
  API_COLUMN_UNKNOWN: {
    stage: 'api',
    meaning: 'A column or table that was to be freed does not exist in the embedded store.',
    retried: 'No. Nothing is freed.',
    remedy: 'See the names with `harbinger columns list`.',
  },
  API_COLUMNS_UNAVAILABLE: {
    stage: 'api',
    meaning: 'The configured store has no columns that could be listed or freed here.',
    retried: 'No.',
    remedy: 'Use the means of the store itself.',
  },
  API_MACHINE_AMBIGUOUS: {
    stage: 'api',
    meaning: 'Several gateways have a machine of that name, and the request does not say which is meant.',
    retried: 'No. Nothing is changed.',
    remedy: 'Name the gateway (`--gateway`, `gateway`).',
  },
  API_MACHINE_UNKNOWN: {
    stage: 'api',
    meaning: 'No machine of that site and name has reported.',
    retried: 'No.',
    remedy: 'See `/api/machines` for those that have.',
  },
  API_SITE_UNKNOWN: {
    stage: 'api',
    meaning: 'No machine of that site has reported.',
    retried: 'No.',
    remedy: 'See `/api/machines` for the sites of those that have.',
  },
  API_PAGE_MISSING: {
    stage: 'api',
    meaning: 'The console has not been built.',
    retried: 'No.',
    remedy: 'Run `npm run build` in the folder of Harbinger, then start the cloud again.',
  },
  API_RETENTION_UNAVAILABLE: {
    stage: 'api',
    meaning: 'The cloud has no job that deletes what is old.',
    retried: 'No.',
    remedy: 'Ask a cloud of the product as it is delivered.',
  },
  API_SQL_UNAVAILABLE: {
    stage: 'api',
    meaning: 'The configured store does not support SQL.',
    retried: 'No.',
    remedy: 'Use `/api/readings`, or the query language of the store itself.',
  },
  API_STREAMS_FULL: {
    stage: 'api',
    meaning: 'Too many pages and other readers of the live stream are open.',
    retried: 'Yes, by the page.',
    remedy: 'Close some, or raise `api.streamClientsMax`.',
  },
});
