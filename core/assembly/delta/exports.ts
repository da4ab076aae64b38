// What the delta room gives the host.
export { delta_open, delta_record_size, delta_scan, delta_work_size } from './matcher';
export { delta_take_sums } from './sums';
