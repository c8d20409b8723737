/** The graphics card that WebGPU finds. */

interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

interface WebGpu {
  requestAdapter(): Promise<{ readonly info: AdapterInfo } | null>;
}

/** Its name; software that computes in its place has one too, such as SwiftShader. */
export async function findAdapter(): Promise<string> {
  const { navigator } = globalThis as { navigator?: { readonly gpu?: WebGpu } };
  const adapter = await navigator?.gpu?.requestAdapter();
  if (!adapter) return 'none';
  const { vendor, architecture, device, description } = adapter.info;
  return [vendor, architecture, device, description].filter((part) => part !== '').join(' ');
}
