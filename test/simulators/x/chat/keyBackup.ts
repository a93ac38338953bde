import { ristretto255 } from '@noble/curves/ed25519';
import { decodeFirstSync, encode } from 'cbor';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import express, { Router, type Request, type Response } from 'express';

/**
 * The realms that hold backups of chat keys behind a PIN (Juicebox protocol, software realm): none of them learns
 * the PIN or the keys, and each counts the guesses.
 */

const { Point } = ristretto255;
type Element = InstanceType<typeof Point>;
const order = Point.Fn.ORDER;

/** What a client registered with one realm. All byte strings. */
interface Registration {
  version: Buffer;
  oprf_private_key: Buffer;
  oprf_signed_public_key: { public_key: Buffer; verifying_key: Buffer; signature: Buffer };
  unlock_key_commitment: Buffer;
  unlock_key_tag: Buffer;
  encryption_key_scalar_share: Buffer;
  encrypted_secret: Buffer;
  encrypted_secret_commitment: Buffer;
  policy: { num_guesses: number };
}

type Asked =
  | 'Register1'
  | 'Recover1'
  | { Register2: Registration }
  | { Recover2: { version: Buffer; oprf_blinded_input: Buffer } }
  | { Recover3: { version: Buffer; unlock_key_tag: Buffer } };

interface Held extends Registration {
  guesses: number;
}

/** X wants two of three to agree. */
const realmIds = ['1', '2', '3'].map((digit) => digit.repeat(32));

export class KeyBackup {
  private readonly held = new Map<string, Held>();
  /** Whose token is whose, by the token. */
  private readonly tokens = new Map<string, { userId: string; realm: string }>();

  /** @param url where the realms are */
  constructor(private readonly url: () => string) {}

  /** How many of a user's realms hold something. */
  size(userId: string): number {
    return realmIds.filter((realm) => this.held.has(`${realm} ${userId}`)).length;
  }

  /** What X tells a user of the way to their backup. */
  configFor(userId: string): object {
    const realms = realmIds.map((id, index) => ({ id, address: `${this.url()}/realms/${index}/` }));
    return {
      // A PIN is hashed for seconds in earnest; nobody guesses here.
      key_store_token_map_json: JSON.stringify({
        realms,
        register_threshold: 3,
        recover_threshold: 2,
        pin_hashing_mode: 'FastInsecure',
      }),
      token_map: realms.map(({ id, address }) => ({
        key: id,
        value: { address, token: this.tokenFor(userId, id) },
      })),
    };
  }

  routes(): Router {
    const router = Router();
    router.post('/realms/:index/req', express.raw({ type: () => true }), (request, response) =>
      this.answer(request, response),
    );
    return router;
  }

  private tokenFor(userId: string, realm: string): string {
    const token = randomBytes(16).toString('hex');
    this.tokens.set(token, { userId, realm });
    return token;
  }

  private answer(request: Request, response: Response): void {
    const token = /^Bearer (\w+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const holder = this.tokens.get(token);
    if (holder?.realm !== realmIds[Number(request.params['index'])]) {
      response.status(401).end();
      return;
    }
    const asked = decodeFirstSync(request.body as Buffer) as Asked;
    const said = this.handle(`${holder?.realm ?? ''} ${holder?.userId ?? ''}`, asked);
    response.type('application/octet-stream').send(encode(said));
  }

  private handle(name: string, asked: Asked): unknown {
    const held = this.held.get(name);
    if (asked === 'Register1') return { Register1: 'Ok' };
    if (asked === 'Recover1') return { Recover1: this.refusal(held) ?? { Ok: { version: held?.version } } };
    if ('Register2' in asked) {
      this.held.set(name, { ...asked.Register2, guesses: 0 });
      return { Register2: 'Ok' };
    }
    if ('Recover2' in asked) {
      const refusal = this.refusal(held);
      if (refusal !== undefined || !held) return { Recover2: refusal };
      held.guesses += 1;
      return { Recover2: { Ok: evaluate(held, asked.Recover2.oprf_blinded_input) } };
    }
    if (!held) return { Recover3: 'NotRegistered' };
    return { Recover3: handOut(held, asked.Recover3.unlock_key_tag) };
  }

  private refusal(held: Held | undefined): string | undefined {
    if (!held) return 'NotRegistered';
    return held.guesses >= held.policy.num_guesses ? 'NoGuesses' : undefined;
  }
}

/** The realm's part of the blinded PIN, with a proof that it used the key it had registered. */
function evaluate(held: Held, blinded: Buffer): object {
  const key = scalarOf(held.oprf_private_key);
  const input = Point.fromBytes(blinded);
  const result = input.multiply(key);
  const nonce = scalarOf(randomBytes(64));
  const [ofBase, ofInput] = [Point.BASE.multiply(nonce), input.multiply(nonce)];
  const challenge = scalarOf(
    createHash('sha512')
      .update('Juicebox_DLEQ_2023_1;')
      .update(bytesOf(input))
      .update(held.oprf_signed_public_key.public_key)
      .update(bytesOf(result))
      .update(bytesOf(ofBase))
      .update(bytesOf(ofInput))
      .digest(),
  );
  return {
    oprf_signed_public_key: held.oprf_signed_public_key,
    oprf_blinded_result: bytesOf(result),
    oprf_proof: { c: littleEndian(challenge), beta_z: littleEndian((nonce + key * challenge) % order) },
    unlock_key_commitment: held.unlock_key_commitment,
    num_guesses: held.policy.num_guesses,
    guess_count: held.guesses,
  };
}

/** The realm's share of the secret, for whoever knows the PIN. */
function handOut(held: Held, tag: Buffer): object {
  if (!timingSafeEqual(tag, held.unlock_key_tag))
    return { BadUnlockKeyTag: { guesses_remaining: held.policy.num_guesses - held.guesses } };
  held.guesses = 0;
  return {
    Ok: {
      encryption_key_scalar_share: held.encryption_key_scalar_share,
      encrypted_secret: held.encrypted_secret,
      encrypted_secret_commitment: held.encrypted_secret_commitment,
    },
  };
}

const bytesOf = (element: Element) => Buffer.from(element.toBytes());

/** Little-endian, reduced to the order of the group. */
function scalarOf(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) % order;
}

function littleEndian(scalar: bigint): Buffer {
  return Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').reverse();
}
