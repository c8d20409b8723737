/** gradtape/testing: checks for ops and layers of one's own. */
export { gradcheck, type GradcheckOptions, type GradcheckReport } from './gradcheck.ts';
