import { loadClient, provideWithResolvers } from '../../src/kafka/client';

it('says what to install where the client is missing', async () => {
  jest.doMock('@platformatic/kafka', () => {
    throw Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' });
  });
  await expect(loadClient()).rejects.toMatchObject({
    code: 'kafka_client_missing',
    message: expect.stringContaining('npm install @platformatic/kafka') as string,
  });
});

it('hands on another failure of the client', async () => {
  jest.resetModules();
  jest.doMock('@platformatic/kafka', () => {
    throw new TypeError('broken');
  });
  await expect(loadClient()).rejects.toThrow('broken');
});

describe('Promise.withResolvers', () => {
  interface Provided {
    withResolvers?: () => {
      promise: Promise<unknown>;
      resolve: (v: unknown) => void;
      reject: (e: Error) => void;
    };
  }

  it('is provided where it is missing', async () => {
    const constructor: Provided = {};
    provideWithResolvers(constructor);
    const first = constructor.withResolvers!();
    first.resolve(7);
    await expect(first.promise).resolves.toBe(7);
    const second = constructor.withResolvers!();
    second.reject(new Error('no'));
    await expect(second.promise).rejects.toThrow('no');
  });

  it('stays where Node has it', () => {
    const own = (): never => {
      throw new Error('not called');
    };
    const constructor = { withResolvers: own };
    provideWithResolvers(constructor);
    expect(constructor.withResolvers).toBe(own);
  });
});
