package io.nanite.planted.libraries.agent;

import org.bouncycastle.cms.CMSSignedData;

/** Cryptography outside its room. */
record KnowsBouncyCastle(CMSSignedData data) {}
