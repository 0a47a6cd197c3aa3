import type { Rule } from "./rule.ts";

const AGAIN =
  "check --image (or RUNAI_IMAGE), delete the job and submit it again";

/**
 * Why an image cannot be had, by what containerd and the registries say. The
 * image's own name is taken out of a text before it is looked at: a tag may
 * have a 403 in it.
 */
export const IMAGE: readonly Rule[] = [
  {
    sign:
      /InvalidImageName|couldn'?t parse image (?:reference|name)|invalid reference format/i,
    means: (_, pod) => ({
      text: `"${pod?.image}" is no name of an image`,
      hint: AGAIN,
      isStuck: true,
    }),
  },
  {
    sign: /ErrImageNeverPull/,
    means: (_, pod) => ({
      text: `the image ${pod?.image} is not on the node and must not be pulled`,
      hint: AGAIN,
      isStuck: true,
    }),
  },
  {
    sign:
      /no match(?:ing manifest)? for (?:platform|\S+\/\S+|NAME)|exec format error/i,
    means: (_, pod) => ({
      text: `the image ${pod?.image} is made for another kind of processor`,
      hint: "build it with --platform linux/amd64 and push it again",
      isStuck: true,
    }),
  },
  {
    sign: /toomanyrequests|too many requests|\b429\b|pull rate limit/i,
    means: () => ({
      text: "the registry's limit of pulls is reached for now",
      hint: "wait, or use a copy of the image in the lab's registry",
    }),
  },
  {
    sign:
      /unauthorized|authentication required|insufficient_scope|authorization failed|access (?:to the resource )?(?:is )?denied|\b(?:401|403)\b|no basic auth credentials/i,
    means: (_, pod) => ({
      text: `the registry does not give out the image ${pod?.image}`,
      hint:
        "check the image's name and that its project in the registry is public",
      isStuck: true,
    }),
  },
  {
    sign:
      /not found|manifest unknown|name unknown|repository does not exist|\b404\b/i,
    means: (_, pod) => ({
      text: `there is no image ${pod?.image}`,
      hint: AGAIN,
      isStuck: true,
    }),
  },
  {
    sign: /x509|certificate/i,
    means: () => ({
      text: "the node does not trust the registry's certificate",
      hint: "use a copy of the image in the lab's registry",
      isStuck: true,
    }),
  },
  {
    sign: /no space left on device/i,
    means: () => ({ text: "the node's disk is too full for the image" }),
  },
  {
    sign:
      /i\/o timeout|deadline exceeded|handshake timeout|connection (?:refused|reset)|no such host|network is unreachable|\b50[0-4]\b|EOF/i,
    means: () => ({ text: "the node cannot reach the registry" }),
  },
];

/** Whether a text is about getting an image. */
export const ABOUT_IMAGE =
  /ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|pull(?:ing)? image|InspectFailed/i;
