//! RSA signatures over wrongly padded digests (RFC 8017, section 9.2), each made with the test key's private half and
//! without padding of the library's (`openssl pkeyutl -sign -pkeyopt rsa_padding_mode:none`).

/// The claims set that is signed, under the header of key `k`.
pub(super) const CLAIMS: &str = r#"{"iat":1799999990,"exp":1800003600,"aud":"talk","iss":"https://talk.example","sub":"reader-1","jti":"0d4f2c1e-2f6b-4b8e-9a53-6f1f0c1d2e3f"}"#;

/// The signature with the right padding.
pub(super) const GOOD: &str = "LGyMDMRNa7AGgEEK9Z4C0MYL_1tNs2zarq_NHkTnWdA9wwT2_PQwXtZ7jYR1SySzcWBMc8oPOPjYZPZACaXGf59FfGrZkl_SEl9cjrU4NfvWBIeF4B6bLjqZWfwHweWkC8DacHtMaRFN9ZPMf06Xls5Q_2RLm_b6TH9PcxnVQm5jrcPm-I_QNds66EAoFr46j-mT0Z8KRSo4F5-CntIqjKqupgS642DBBay7pxkAschaKUrKGao2hU8pkNtX-Dfqb_kAG6L6ArRGQcMOMNyVHNS4v37ZJfPFHfm43kMyhnlA7aFKrgYg5VSVsyWMwIt1RFIOLpkUKpa3U2mt2tBx3g";

/// What is wrong, and the signature.
pub(super) const WRONG: &[(&str, &str)] = &[
    (
        "the first byte is 1",
        "dEP_OhxFc-9th5HJxyD0JRHEwMWK4xODWV3nbH1ZpXrkuAnluC7P8NxcakkJAwUAqk_ojKORw6jP-hiqt1HUg8KdUgBI-Fzw01cTJB9dyQwU91z1QBYQIFB34Lu4jyf7fR6w7i_QJJfl_yS7sQiPAqexeFAsNHmX18njkxRqrEHa44drYOPnlsrLxv_ZldWdahvhj6Bby1Jn01GwyDAO35SiF2gxRpbzG_JodxtcEaTuXIlgAZU8Py3TPiy6bVFz1YmDwEg7FtrKp-kLeYG_WgJ9-ldTrV7m8LljoNQaHk1EXX9df8tQvDl9HB417Jax94Fbey3VpBOHUGnW_8xRag",
    ),
    (
        "block type 0",
        "0XWFU6EoSISgsL2zxhoqbZjPCthIdEjLJaefUZu7RwP50FHkWvSSc7M8Yl7c3UXLXMPAidY9SJeV0CGbKqAsw5Dzz86ibzw7bFZhqw14-mA8Lqe8DzQVrdwRMD4Dt7lTbH3mHlRDXv293XiL0XycZYNoEZJJgCxNc-g1a7REDC8ndCgXR0lJdi3Rgp5qoF9usxxZeTDoHLv_KOmPzD4vLdd_M8eK4jtZrsIcQz3uD_NHJeB2GZwKnBYWVCBvpQc-sTluLBPAYySy2FzGVstpI8UhGK07Ah7P84du2F6O2TOQqk6Bfv0wy2Htq0VavfECjDbLXvRigQ03aEhA9UZUEg",
    ),
    (
        "block type 0 and padding of ones",
        "N2G2qj1kwIzf2ekkd3tURnl52nHWltHlabFoNPYn3WmYhxtK0bMK2gc5aBtRBQJFqL6HdUxCgFLGRgWHVhU-IfeCp8YO4ZEd5h0In5GfoBoIDI7EBkny8NT8H_UA3a4ncq3B1s80MJtj7WKNIB7wz1yzHVSHJOS_nagBQhslrWB_Ki1vgN7WBpdoK0P31b5P-otU5dxmHoK3US9GOHsZisNqYh6G7u2I7nqZOrKAqrC6kd-YMboiU1Jwo9G7IhYiW60vqU3-NZOFUscdO23SlNEmpE4ilN_gXuyeHj5RcMi1azZhL7iWEkADg44mBg7Ly9458oqLreoCeDo9FhzNjw",
    ),
    (
        "block type 2",
        "gGCQHvpCjqJYQBiXkgcuLmZS5grk5CqrWWWDnfWHLxJuIbyC6xK2Uu4tA_VDn-w_ELdamoWhepQ4ERALuS0tXAaT0XTFWg28OOB2I64o-x8833VSvPuCd4JlNNqCLEqF3qT0U8SydK4IdoT7avTw7KfWyY3RK8u_VIXS76GMxjQ6HhQemFBYf1f_ET1tAuBz_6L1ir7572HWjuV1uAJv55W3Hg3BF1GEvwAAqmzu1JanxbV0fFacxGvtexW0RDf9XGi86xgdBYAyYJ-tb4r4VOsRv3ZV0Q5IFYJVDy4tQTCT-l4u8H_dWbQpt7zdUy7ZsZE8c1z27P-P-iEjYKHzsA",
    ),
    (
        "the first padding byte is not ff",
        "F0GqM7D6EhIaHwxWyHRebgbl_eGEUEsoMZnD64Xz6U8jmR_k7MNcwZjh_IxsqT7zdh9s7rtDJLVeafaa-vJgUadcFJNG_gePjJ6qMum7ViCvwQBRtsa8jsZnyr3UNgmOVzLfVjj8qaIDK1ZjMoXUWFddoiFXsPBU-SZL2te0I0cjWtSUAT0DcOTclPZl3xwllHNuCw4Spj4JctClVElPU3E1xOfccA1nAYbbJ-9Y5nDTbIEup11IwtnUqZ-SlHZQI-B20joc9SNCP2HNZu4MtUYo1UR2wmoVYDVcHb-sJ7LD0EvFfag2AHGzIiuSb1FPEI_1ibKPOY6fwtS4MhDUXA",
    ),
    (
        "a padding byte in the middle is not ff",
        "Lp1UlNuT1rIrZ8nrOKDXmCuhmtroT_NN-vbTt39yfKp1IfTJBRujAF_N1Nfi423jAdXS0TaHP6c-4Ms7vOrjjogUJEmhwPXAX9NNlJLfu9glUHH8L-FH2y78nF1nTZ0eD784DYFpGg9GRTe-JJ5WRBqfebUTO387j7zFOyygk-MCWXoIza8PGszLl2rBTrRTlOeMYyBXbYqV_RzebK1O2k-F4FAmk19AlDHaA3SprS_0uzJsE-txjyHphAKRTNRw0q-GMilzh5qDAa51hQ6rG25bdYIAwP77OptpfUJi9G7zsdgOlaC9O36UOjV6UuZKP4SjI7vNIbKcyrPbBtQGVg",
    ),
    (
        "the last padding byte is not ff",
        "WZrd1I4B74Tp0aokdIJ7PeG-66AzqJmKz0hddXsNlQtSoixKbnG4oxzThvrEIUi8Mexl-tqD0iRt3cblWljjB3LUCqbkRPWpSKyPH7EmAD-ERPn7i1Pwq7Bze7ElkSmXvJ-kiF7NJkK5HW4U5S72sSCxLcjos_1h5CoHAbTNCoIs6BM5HnwglqG22cIfC_bCiY-rRJRrCq2FYzPdLYUdjEop5V-roYwUJw57Cv1E6RlAbGZWrZGjYxUgk3unISFdiKmQk6yRQ4j1DOxdmuNnUIj9x45yC492_RZpBjxqKkcZs2AGFBZ_nQCTZX1TV96qwjFozQZRAzCsPP68mcJq3A",
    ),
    (
        "a zero in the middle of the padding",
        "HKUyj-bV-_KWSnz1mYY9jlk0ybZ4aCMC8KbH8DHEbZVPFoIvNH3tXDoeT7uDdxoi7LqO6x6oD-fnRV7sEBVWRSvzXJGf4wHln4rz2zAfBW6MShdpfyuM43zYUdMrhQXrBFEEVLfa2wi294jkRvtocw3lHFuW1lhgIt5JLqtzSKH8PNjiQ6M7xe4X5_9VxYZZCnmctQKFDwrFKqM8B7eXSUiBCA4ik4QSDMPW9Y8tATx9EOQtnIVKvzW1uhDHBt_XqvY5VvPX2pqFIbTfbteEj4WqtaGMEGAvimnQyWv1x1Z1AjPejCFAzzqNG4KsGR3bHkt0LaPppfMx4JDEsQK5-g",
    ),
    (
        "padding of zeros",
        "Gw-kJRha4Azz1mgj3iywe50KsAXdE9Sm_ltrepCoThwyOaBVZYtcBmcsOBuEyUgtqeoIAAIERKuiXp4XLabfE2ZhN-PCmK1HQYGtibcbedwP7RVIZHpxiggZeEJlzNgLzNNzFlMrjWvX6gbrRKmHWfYm7eiA1jSqZZq6m7GerH8VRrsFb77ydSLyWeRqybKV97g_NMXZJ0kzm26z2HzYXrXPU1UwMIDdKG6bY5l0jctxyxftQjY16T2NeYIK-3MRwXZpiD-xtjUYMQcmK6XCfss3hhhpob8vgl6qbnGempFKW6rPAEvDwoGSSZnDgBi_-nKV9d5nRU2BNJYRWXHsTA",
    ),
    (
        "the separator is 1",
        "mo0SQKGnEjns83V1NobIUReEtN4CMUFfyy0jyH2o6mwFrMVJk95--XwDiFFO6JbZpKAQ8nACaMR-tWsq_UXjjzLqOpa5MR4VWgIbUu2soW7xb97N92gPh1X5QC4xp-91z3yCmoX5m0e6-_Zg_f_F90yl68cQMcex1d8G4pxyEmHDR4FNzRRUsjSkSNHcQrIMuLra_gvMSLR3smy0mMZqb0G1OV6mwsguRkds96xq_zcauhDCVUDcoDBmGRoe68iC40ROCf1ROJUjgrKVSnvEEpeGohKxx2_XYVMEmoipPTDQoQv3pwQUS88Fn0zLhVXY-g4J1Huf_AkKuGyNkjtvBA",
    ),
    (
        "no separator",
        "VVA19i7PLo1MZWhGYMIc63Lw3y0nFgELanSG8vv9Dqx9QTWlFnz_jywtEJIcLEAwVR0lFBQqGLPl-eOZoqXeTA7L4bGORSbvE4N0O_GO9xJHYXcr5CFJKB1Xhahr0S3nSVQwWRq0AFzh7T0QrO2-KJGM4K9LUfqfYI4ZGt2fltHc7qWu5vzkcfJuhj5_i88NnXinPo8bTdbwwdobLcZtTGpFREaUESKRGTXhl29nNX98bPpSFL_e-PFiJZDwS0J485BMJDkhNmst6hJPcT0peIl1Qfmqdp7CSnyXIb02NVGEmfGpQwh0AzIwWYmBCiBowj0G_f3RXCafNeeyB7VPZg",
    ),
    (
        "two separators",
        "BfbkHKaxwJYi0qmPoUi7tNj3VSJ3034jBb4YJpAOcW7kM93TBpbioDnhgp8FzALZk95dKnAGg7WxpTxRbOXULF0Yq4SGCv4juvkrvMAtFjTvK1rLnPoQ4WpxPJKHTnzQ02EAKb6Gq5n3HegF8TK6xiZCRdZWmAbYGH8Y4JV-vB61_YjpFSBBCPUiS8zxIBRz78Ts0m8RpnZhGgm0vKZsY3mSm0HteLpy1156mh_3TnFQc7gbzeLuoof7c1J8ZNv3sAlH8a-LvitI7OQClT3_qx52PhMwBx10l1KXujvDLWsdfOGnRUkCYrmXywCxiayAOX--uMfxmu58oChGqQq0pw",
    ),
    (
        "eight bytes of padding, the rest behind the digest",
        "QJEOQJMGkAMwY5C7L-30ndANj-yCxTuerPzmiE6s5fMy2_FfjUeZMzwSKBUJZSIV6axB1yBp3vpaZw_2RRufOG-pqTtVyLSnF1l9qraRuuD6QqbBi0wZQVLUbkY27FLW_BoDUE59HsSUS10XPJcSDq2Y6HU1uzvLFm07utHJjPiGRvmic3oVChhGfU27JMdmpGk7SdGxI0EbnG27vw13kxou9hRqUtstKsl2EQpqJtzhQI8yjluNPmor1iKDREyXsD5lbHGPDJ9qkwAjp-6SlejBMcQkPIPDHVlztnYJHn0vlZC93RZQIFcySk0oHSjJqXq_ZJR8Y8sMN7PpQVSpRA",
    ),
    (
        "eight bytes of padding, ones behind the digest",
        "teM9dathbIgkFUcOxa1zoi0Ie3-EFlChJYgeXKi9AZvgVJFpr-UGG2o6UhEleJrCovPTBpOYqKTKZpkhIP2FsGM2W08XTAVeXGgDm08OcFfXnGP8udr0FDOodir4YCc7vX89miaXsLhfmBEMkKjMi11iiyj-6-ii70OCRiH_kHugD0o_3lL2g1ajB97hODzVoWhM1KrUhYbO0SSaRWkfxbTzZ-HL8qFozGlum3clMDmV_9HPp3DEGZywwo_6FdOqP9SbvWpizXSulmblIE2m0W0TldwYw82IXHqhuSIc-9N5dJ4lKa2D3mYASDdZdYRAUXe1Asx87PtPXWXDmCbtaA",
    ),
    (
        "no padding, the rest behind the digest",
        "XXl4a2j4n9VL7D8Wf7abKbWaal0omNppAqZBG8pbyPVByAUy4xFdpoUnFjLhpXOPWH39U-wAuSp7GrF6elhW_H8W1PxGyt5-EcrUXBn-8KyOTsRH3Km3oi_uf4sV0FndSbdMSNHmNg2Fj2d80yXNsOVOcheuBLgeRGSmu5RZQeNM3qlj-eecUA0UhYseO6LTMmI-iGBQph907_HVPY29xqD31FZfqXZ7Bgz3gGuIQdxueMeebIuHa3Z_lM9-59z9VfRUT3a0_8S9K78nZSG8nGA94h45-kyJkmcqKjEDTTolzpxLKE8pXZz2xvFKiJxLb-ZAMpD-ikj2_Y3zO2mDCA",
    ),
    (
        "a zero byte behind the digest",
        "q6iR4Eur3KkWHTzAJ2KGtZY-yxIZIpGJk7BVClVtN_DHzduo00wybc3cCDwdj3YhT9dE5l79kVVYCOLU46yOvip5tw2k-w2W01mVyclvyedSV8KnbzbU7i9ha87ZJn3fAux1fKFp7dkhWe4uVbrPoRsGcIq2hNtcZNBxc0hqKXDku4UvOVEczcYzOM-nhNp3-jAl46Oumpm6O9aSfCmMO3xkOZlewabtvXt7IAOtKE8wi2OGQBeJRq6XgD8KqodQHtaGm1PCYFPRnUi6I2QFEyae085yFaM_nGzZ4xw1-Tp_C5w2UpqYmagJO9S_qrYVcxirl8CRA6csR3tKeVa4Yg",
    ),
    (
        "a NULL behind the digest info",
        "S8voU_E0Gy7IJIcwjtWWoZauB377WUCJVOkskjvAFSj1De1TBbH3YmJjSDgFl1mkM80Vho4-OtigsusXEApBibWUSGnQEqxh2fHjFyU7r4LovhDXO7gq4HqY8etER8J9UH01-KArvJk1jHfOlnJyPDgra5durbfR6eOjdhHV_RbeMDiuT0dIg7ppaCS8myq0NVe34GKZEJAsRI8i0GPDicbGMeeLMRsr_WZmet-w9V5AXXywoq_7nklQUzjCtA7LVu59PYGVa-jPrwQWUmKEmWfdGGxmitJ5x79MgSPaBeOblkOall2hhavWxm_bGP4evwN-RAmpKK-80DL6-z9dHg",
    ),
    (
        "no parameters in the algorithm identifier",
        "UqtqDtgAhoL9b2KnMj1Rk4XAdRnZf7nNbYUNh05iE7gpEVCAufy9I-aCABfi-ud0rvonnPVQS85qW5onED7ZEasMxrpDAVMQ7Szv1JDDltWljznNBb-wxJQgILaTF02z5ZL_7l3s5AZevLaghA-wQTwo7d67EhlerL42Wevu9LgNmhBsBn304g0aso0bbmlIgjlccVeQ_4Dyyyc6s3RV214Y_-M3CKAVuUXBl6kHGBfjK_dG5dYI3K0H8vxROKTUB5Mb8spnH0DqDqbzTPK71cqHU3QiGF9E8I50blbFQGBehqG2OTlxIZoTMMpziS61ywA8BLlgPuH7wQ8MVhL-ZQ",
    ),
    (
        "parameters that are an empty sequence",
        "ZDLCn6ZyFQXvmZSFDjGVDqkFjERZu8pSFHjYuUDL2wFuc7gsv-5fQVyLFEY5a6JusVTWtg4E4Wae6ToLRQ373eQ9MkBei67DKYfCW2N_9d2W0zz3SB39Fe1v5f0wwBL6y21kHG7HsOvH3qQ_-2ZPUAobSgYQdsFjLzt8tLg2gbHLksSzAG9sCnu8aLH7Ew_mwp1BW-iWPvVcVPYtoWOLn8EaiJFppc6DwpnHu8nAmlSVIqmzQvmTIEhu6MK7_ZN53d17ZGPGM-CtM8O2zDSysssTAJLJ9IfmsFymJny3ONhIvOBjGNJZELMkEOKyJqJCoklnBQ4ObNIDm9EHkoi0_g",
    ),
    (
        "parameters that are an octet string of rubbish",
        "eSq7P0NyBmxC1SsDSNtp1tfBjFKSN8PhQ1kTxVoBoMqDhhBXiRbrG5r9mcq6AlF6VuaVQxZHyNHsHIZ74AT9YK_I3rtFRouIsho8r9ETcC-ofxKGETOngu7rxfwWKq3vGe8HuJcDFZbJIEbwOJqgI12P2qEd1d4VFljvecRRf8fzrN4o4oo_HL4UroOHMXDwQhWSjmzAnsW2p5Ud9eGemDoXaWNL1x-AidSgMRq-2WEHiT-tH9mXuqOrVE4eTFOwYqbbIOIY_yWzs_RK5I7_DnvSZzc7PZYykWN7R7UxWH9lg1fSgzjcq-mUPrq7Pth7Y-5H7hPY0rwpzu143AGJNw",
    ),
    (
        "a NULL with a byte in it",
        "P-dckT_Bj7i9wVZiSqdPM_aEnkS1fTH9LYFDrgMUM03Y4WsvBEKrm-ZNnkFUULh2XlWqbFf7pj3I70uxzGxz-GpAugEXxDHHMZ3Cr57EnvZxOGlBDM3F2dFFoYdXg_-G7l527N5ogZxOwulhJnPIlINt6sM2jDgBrZdse5y2XkPPBTOdFsLvtp_1CNluxZF3MxxagAu2CXhzJmz5zKNSECsbp0xfrel_eVMuBC0fC78i-xYYJ2VhIt6fCnFm24TPDWDKJhxuJ0UFmtnhWogWfw4bq6ASvcM-U4Grqw2MZHWikVH2-gohOTn07uBXmDaoWerx1w42qmtSSbza7VXYBQ",
    ),
    (
        "NULL of another tag",
        "heB_lYUm1Gocwxf1tYwod8fu8qdcYdUuovNZFDBbdeveoS6ke_4gXayjKTkGgQuacnIY_XxpAqBFdYU5JmmMZHhnQsVQlUttdMzqZEdbDcvfLvJuTz--1BgjO8ZLynYolXSXxf0Ig-WLRVWFLkvBmi4e4ejkJ_S30XcybNOBA3Xn4UqOAUGGooN1SEidrRJg8sE4O4feZPHrHHhg38ZgcDku3UP5ly3jtslVjYguH9nYqPULruG1KaHL6IRFa2jXdxzV0sdFfNXt9JgzkkrRYF44EhFaN9ZURMMV7LfCC-qE6JObCoxam2NJGmuioILY-MSGwAg7cof-rn9rBISSZQ",
    ),
    (
        "two NULLs",
        "eSwksa3H6cC1ws-d6eUnPxN9LJoEuBaZth-OWTnHwIPj8cVvPBihQ_Lcd1_uqX1W6FWeDkW4-ZRJPqxwpwVfeZcSTjXKAyvZRXmNV0xilU63kUAr-BS1gVhJP1w4XpXJDFc8H41v9Hathl6uVY-hudWq1ghDdayiU5wFyi_ttJTllSs19WDhhRty_r2rg0L44ZB7P8TD3Sn_b_LpUwrY9lp9Md93M21ztymeq9pxlI-ASvjOWRkEqjMBpwpaX1cf3PjFfuPPFNPVCqpzdneoRYFoMiqOo90IBuNr41uaISF25oB2D_AghVhwapBAHoaAT0gzycIBufpyXIZ20avBDw",
    ),
    (
        "rubbish behind the digest, inside the digest info",
        "jZFz6-tDyRhzMySi9bRnzr2p9LyQta9lgxAX82IKnaPuAhTwkxUGuLiyMxTRf7xOV1Gc5n9lP2p6wgL79OWVAxPfDjmWphRoDyblakDAw0NWq6FGiQVcZ2CwM_o2yubEr8pQfyesGBdOccaWFilM_W9SiWOfikXkMT4MZDWfzDy-pKn0n-L_YBL4IYXThDSonGURlRAMKkx2vEULmybrmnb3DvCth5dvxQ-X6YmRD_K85ej_yQhvpoPWgSbDsrZ1T8IWl0pz2RshpRPNMllw_NDeP-ApPYiQOokwoMxBHLOmPJ6dNvW8flGmRe1LO4gZiVW5HPFhllPqgZJ98OIfIg",
    ),
    (
        "a length in long form",
        "IQadC6N6_-8VgId8MjV7nUnQxJri1ehUAFRKRYS7dBeL0JYDNxmrzWLTOU1DqldplM9ClMDxWCK1iVT1oWU3vyYFw8Vy2UNB6nBwFPaFcWWv9rrYxfrkD4xa-wnLEAi4AKUXHQTP2MXuOX3NA6wYUJWflDwgsuoQnAx3Bhow9o5ob7NQyfM3FiNrX5HpgGtNeaUVsCGDn4KdWj0YqRs1l6vbw14ESq7pNXpD23-Z_eOxZJavrOJlMNP_aAdkXGBU2KrknKDtr-8gNl4uiYjbd_9uOa_bsXPVwPrp9CqsOJ85jVGDSYNV_XSeg9GjIgxI5cES8sHIe3CDWn0thWlfsw",
    ),
    (
        "the inner length in long form",
        "zLzs6-IsG0P3e3j89KmhLUpm1SLu7n8uZBWSc4uPfkbaXsNXeYM3QJUXAKTwLaMCcFUx5ea-o2wucmi7vcvKyaOoUH0YVPvPOpu9E1hPQh9Bpuyf88cN3VWxSje9TKqs7OCBIUb7CaTXWvqWc5J1pKu3Ik7RgNkg_ehwOPVnlqtFiSFRQLv_NJx-EXfTtGgBAzOgQTNlAfekGtLztrIRXz-KesPu7LV3LNzJCYIr6QXBXZjjQxazJyRnFYiuq0B8Xb2vQCGsq5pMexnLMmG7R4dkpc2icORdYabs-ELDmoEWkFCwj14IVr254UQ28tM9CrNJ_B9LXUtDVNoeYsB0cg",
    ),
    (
        "the digest length in long form",
        "xsyeopPyLSCJFx9XMR-e8XMElW8ySRlrbZJduNbIXjNX7pNp1zl3Kqrn1qj_PYiQZc68xD8WOsw9sJMRqq9J5I_loGRqx7qipVw_DmY2GGoRoUFxOjjyTvZCW4oA1qvsOUlABODOsqdQpqzMF4qR5FlmJ49Bi2sjrLlZreUpjUv6fghemDU2jor3h1EmT6IS2Up2InZzAXOts-4-NtIJA4WcHMbCVz9ksQS5b4Nz9sRt1jrWnBw_jKT4bTq4WuOY-91gFiQTROyB-07wDrwscu5Fte6Xh_CBnF5Ncer4q8e8j9tdta8s1--4ei2GaEqSvfHjdklfSRaz-j_PBTLkkQ",
    ),
    (
        "an indefinite length",
        "X_iK57iVixuSt64GkCv6rOsX74ozLCgmX2sZCrOpDJcytvJ_Ar41gSXiUBc9oApL2yNX7VCsksQrZwUyWG-R6ASwwuin3P8hA3qB3SC3fK8_u5o8zBW4ihwphxr_W6NppacatM1N4hhPWyrIReutJlCiOFcooyhJDHhAb3cJSqoPVyhXCccJdmFe9h-1xvax8k9ZPOxFIZCsD_8oUOzsytuEkFaBvsQcDq09Z7B_cRh50byVuZAJS7hRlkYcszINMsjfAlxZC5Xi74IS94nBvk3IWOpvl1aQUplnuP6I0kVNW7cwE3_9LjRA4FU4Wmbp8IAGtO9z0N9uN8qyM9N2Nw",
    ),
    (
        "a set instead of a sequence",
        "BNhzEtTFaQ1GmYeWmasOtTTyj0yHXs13Ey0CKDFc3RrFwhX7R73oPZ26AKiTIzW3aGEnhJNO8DzTe1Lfmn_mwZTKO7PyI6Kz5-m5enNV8-GlJW6_5V58DAdl303gZrUCt8VoaEq4J06HAJ0NiB8YRMASlFptYUgZi32STHAgOzrhOZtAaudMeEgKINIFnDgGenXBPvVZhKK6tvptgx-S-GdasxUB_mBHwbfd0rFPYbVsLjqtur5aewEYrcnwBLib1B3piX1ak0HUFXQmx7U9cjbks9vcOtdwoWC4lyRsHia_S4fr-0NA3momnaCgePmF7RRo5bTTe4GrjJOZqv-tBQ",
    ),
    (
        "a bit string for the digest",
        "kSKM8g2P58x_tRHn8aWqAQTpbNW2Yf29GvCLnlGyvKo2AOGz4ULGpFENf1IjAdaD9ihV0Q2UizTNUU5CQqjDtYYCtT9WTmYFowl1Ml3L8A9DLeRynbO2VRjLyRqgRMbroxZSwyh0QWowyvzjDyyWXVgpkHkJT0GxKyjcdi-D-zrD5yL1gdaeuXTkepGkE343A_g3YuhA0xoGaBhPzF9vaDMIbD4PBi87b-lpgZ1il3nq8lMVdidfjycAkCI4Ecg64wTeFOP4X2Q2B2vABq_ae19lK7FIMHvS1i9M1iBn7puDv2sNOlB7i1yNwl_6j2ATcLZm8VDWmkRLJBcKrdotng",
    ),
    (
        "the name of SHA-384",
        "T_8NX3yiH6YtB1dw90etkCK70ifEbDiRnw3f_HPiOjKOo9cKdPgqFcbqrSDQamDAoyVf9rAHAeID3lCRvABJu0yOGe3ng19W3YELrBaFVuXoInzZyKijf7ijLPcBKDomAWHWD_zy5LXaBdsF-DNOqr5F7-cBgGMh4dWbRC6xe1Dl2858NZ_d_XAduaC2Pp3yf4ZscNI_IEo89C4HkwG-ThEAcKaKZRInJzwUv9KEW5tEzoO5JaxuQuIEAY_UIpMiM7iyfZiExD5ihCCJqoBGUIsYDmBTkqc8Xf2yEKN6TgpTL9qhxgoQf4V71D6IYUJ20Exaoo5Z2LlLDS5_s5nu3A",
    ),
    (
        "the name of SHA-1",
        "h0CNm5ipZTMJl6pbaBR6g41NexXx6gxWJ7LrlVMzQ1uYx5O2naaTlA7nwX1__0QskJbUYI_n0JFXVumlcuzvL38TzN4R7OV-AaUBTy_qasrFw4mz6mDwUoOXa8l3Hz1gfMALpASjLYnQPnzdhErMb4t2W-QR09AJKBibb_rbK9nSENS2KQlgB04xF4SxdPi2nmMlYuQ97zrsvFjR34etuf3MSRpdzo6ER6a1kMuylJ8lK6Kj0z14V7tuq3H3djnGFFhDBGezaaIDgiU4XQ8BTxdIkXxG0NZTVveBqxdtl0cXiOP_RD2OHOiJhxbjVf7RN7WMvJBFdj-_RqOtq16CWA",
    ),
    (
        "SHA-1 throughout",
        "ARXUQFJy0V8Rql0sjcnTzjz-BqJHU9XIKqjdjap8q-du2hofwjSFzYyR_LxkNUIa3PMIh3c8ggflrd7KVSpmk2xRrz6MPP2UkfaRHeXf448E5ceU1rhJYoIItkaJmlL0Z0cSORUmPmDMrgbveLTfU1gRRhHowscs3XeDj-hkimVgV6Rwt8VhEXvdxQn6nSBADXnFchSCLmo9EzRLIyLH9NFTI15aS2HNiWnKUc7V0F1wHgWXsrvxqsZk9lxGfMiyktegb0bjFxcXwzlEqodO4_gKDBtMT85nK0X-xb8okHaAKC-rBPChnl6VKlPdofJ2s5bflA1-vj7qKeyq9vPWNQ",
    ),
    (
        "SHA-512 throughout",
        "dwaBNBUUd5AOwM6Q0baA5yIwLqUl6wyQqNIE1Wzs8JHywtgVrzllTxyPczrzcGcMmOdFgSgEX4b_wMZMxzqaSl3b4-_rOZmRF-E3pAh1XJUliBMVCsQE-LSkbULKoKZ_E22f2ZSrlWz68Hihw0iSE2pqbUarahj0c_GaEQDu_pmriI7dSti0lMQpXdfgqgw0xvPmDUiQe6qP7_a52lLzMj0xD-_twBMvmypBS0Y16KbTGfzW_bG9NlcoaOndP3VOTxZ-lyor4ouqBBHl9tqkey_lGU6YC6G_rWhofB1UvLc2LE6cgZ8YwY9zI0ATvTsyMwpKkEws0IvVHiKJuvNxkQ",
    ),
    (
        "the digest without its info",
        "N4RSL8DyKHAKfM6nvGz0acPTsaZtOowF3WvCV6qrEMbvdil3ip2ZqaMdONKMVhymCThhpW4rNdSiTehgl43aCGMVqb5pxmFOUQjmRtMIaX905yK_mYCzt8sE3e1-0MzFYfbOi3XXoPanIhB1TrizJBrUb9XsUWSD4K0Ao49ykhdZjFw-eiXC62Uint7UHsPusb_hpiFNQLtsbPcB4HB7FQcFbAUeSKa8-ogo_i2D4p-0i6f_t9BbcWr9eidx84Cuj98dHvMnQaUDDxhuiw99EXCSqDdx8K7ZlucUMGx7HHYrRBiYLQFbkRg7SULH_VuikThwPhDyKPw45ziUwUCXTg",
    ),
    (
        "the digest of another message",
        "lakE2gN4a2Gtu3jK5dM1yVVYo7Ws1OzoceD3p6mBL9wmT0J1PDan1oS-XskkMC0ict4HS1s5JS6BBCghfQPmT_MfDHbuNMCocvxq6P6XGUdJwAMxxlojZxpLwRBN5K6N70FctSN_Aim6iqttc0-lhF54E6WKjSdXdpDLdslCqCBTE0eRbi4nqj3dPXCgoAPk26gQM272Fc_njAllUKNqmNbhF2KogqLY3vh7roSThOUWGQxUY78fApXa47dyUP1P60KVt2hVc9yBn6w6XWL0JNgBaG4khcjB2PdNk24kcrtiaVBViZgMGc__eb13_XOc9A2AZCqZ3rgPy4XdLU4wVA",
    ),
    (
        "the first byte of the digest changed",
        "GA4MT5m-S7TW5UlvH1CJFGh_CXkkPHI1EN7TmriFfGMRoLJqAhabpItue80OsvpEb4SGB-Cc46n3NfXfa4BOixRN2EwZhuD0mdtCJgbPCWHnWXzbrE02-9AwejkDvjYHQDpMw_Jc5m0bIz85d68IKAa7LqJx5NwbZz-7FFdezdlvKo-5_6EWB8jhGA0FNhHzVUHbg51GCC6NC_nOROfbwV7JwpWK4mtIJrW5k0Bqvf550-gm0HCe4JEm6ZCbcBNgSJdjcnHtuThQ8nlQ065Y1ANMKbNd40d-C0q2Ii5nmJ4hDCwJVRk6ITyHVYY19W5xXe-NheJGTqpXG8DpchfE4A",
    ),
    (
        "the last byte of the digest changed",
        "oIl2_b_TU7R6B0ZtezOq_uLdTL3UHI0M9RvgJgiR350ADnyJc2KZ5Q9sq0CN4APefBKXclf4bGyKXo74uViayzGTemvm_BYZVI-SdHmYMryRi2GvAmknILlnMhUmkGqwkGxgkdbY6d2RTePLnnnl-JjCVn5XcGWxOjyq9g8BWxL19CoYJ2tb_QDN6ACBFQeF49pobs6WeNA34gDZHM8JvczSOMhrYElwZ-0fmXLEs2UHfx_pPJCUV5Oh_xYy6STC4XHLWV7e76LbY7mNDwUmzoY6rcRu_kZ6ZHloKSN1NcJ3b9sjwGxtYzYT6Hv5LbdCNA2N7MaBH2RdvlHVlcUiZg",
    ),
    (
        "the digest cut short",
        "U1Tu94Hzml2r50wCDA88U4iMS3ONsr3pJLXmEqAC85LmyGJty3Qr3JWnhf5EBwjuevGfizX6KRW67jEfiZ8igo018HdgXIxe0mPyV4qluFYwmYEAJVwcGZocDJV0bOm8w0JrVhD3HQLHsMcZ-KWE3x8BwFVN21NyIe-wg4Lhelj4M6gF6MMoK5-x6x64ehWV93_KOHLJRPjzGzw5wCVaKv8olxyPRfd4wqKnRhUfpOxTceuafJhVfzByv8SZheohR81DOHNAbBP8Ogg81GQma7EzIDd0ozj6mhjrUG0KhQXfmPySzyH-wBy0gQpcRuTVRHdVnPL3eLOt1lTuuRzSrg",
    ),
    (
        "an empty digest",
        "LJ6jzEBmm9TT6hQ922i4uj61TTKCme6xfA7aa5f1hTOpL8eK6F9GDSTu_7RNDXQL9N_RRLuBuvfPLyrRZF-OJSe27e2mcmQtx58hILS1MPXM_DcwKg-13uxPacCCZKw2-LcYBgNeM5vUVDIpJ7vfCDynPmBcgqdbSjcsnIdQPd6hr-Rt5ZN3viG7ycd_Jyh-Sh9KeyQ5jgp_xyRUoDehjZyYYumWe7KN8tGpFn7TtrVnxO0xqlXp-TG3fbIVdGByYtFTV7-ejkAAbPt_9swQEmW-eFFmcbSzqTeaIBP84HWmzKmZrpYogJItC2ZrCW6LnGTPK-uXFQyK4fgMQRPXJg",
    ),
    (
        "the digest twice",
        "xzU1O1e5t7XfEYpLOZhn5nmP0Eq8b18d_UNjBYHGLXj7g3Y0iI3T1UXFfY1yQ56xAJZtv-oV_qYkCabEoMlOJTP90jJbs-nDWVLHkQGh0xeX8Zta2dpjz_3WdK2Ck2ZPwBpN4Ioetwh3xC6ZZxtSbd-d8R5XiJszsV5uqWoRfGeTf7OuqWXJWCD0rNoHGe4bBYPBqISPJrj-a7LnsMC2CCUB2L6R8uBFH1_nkMvO4HFThZCUXmGyeUxkKEvIn3vL78CQoCdRC443zjDaG5qcjCzBSBptbmecu5uFbi_Qus0msaAd5w5RHj4P_DerIXFaTPHgEZo2Rpy_6vjpzL62yA",
    ),
    (
        "a zero behind the digest, in its octet string",
        "P4k_-eAYc8mAUhr7yVnv3A0ulD9Wg6ojrmI5AgjCeUHhFDe6LHWLaMwTa6SYEq1vkljNSzHyMKOmDznY6kx-Yo2K4tJh2tgZfzZlUAPG_7qStnB3Gk_DEsjWH6VYDHrCTkR_TUSFwYXj5W0gaT35NAQMr5sMooPL7n3I9E-JJfrbQzLiZoBOiHy2h-lmgEg5LG3xQspE9kWpS0jEPMlhvIR9QMN5axfcboItt7iLEKkN2o7FrsBRpQZLl3uIAFIUjTFME4zr03BQtgBW0Vq4oQCaWG693yRp48CliJ3t2kDnrVKrjJhGdwlkfwOd_cYRb3slfFhPr5cvGsnLP801Ag",
    ),
    (
        "everything zero but the digest",
        "0XWFU6EoSISgsL2zxhoqbZjPCthIdEjLJaefUZu7RwP50FHkWvSSc7M8Yl7c3UXLXMPAidY9SJeV0CGbKqAsw5Dzz86ibzw7bFZhqw14-mA8Lqe8DzQVrdwRMD4Dt7lTbH3mHlRDXv293XiL0XycZYNoEZJJgCxNc-g1a7REDC8ndCgXR0lJdi3Rgp5qoF9usxxZeTDoHLv_KOmPzD4vLdd_M8eK4jtZrsIcQz3uD_NHJeB2GZwKnBYWVCBvpQc-sTluLBPAYySy2FzGVstpI8UhGK07Ah7P84du2F6O2TOQqk6Bfv0wy2Htq0VavfECjDbLXvRigQ03aEhA9UZUEg",
    ),
    (
        "one",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQ",
    ),
];
