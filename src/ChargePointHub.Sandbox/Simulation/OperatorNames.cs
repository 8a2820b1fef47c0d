namespace ChargePointHub.Sandbox.Simulation;

/// <summary>Invented operators. None is, or is meant to resemble, a company.</summary>
public static class OperatorNames
{
    public static readonly IReadOnlyList<(string Name, string Party)> All =
    [
        ("Lamplight", "LMP"), ("Kerbside Volt", "KBV"), ("Thames Rapid", "THR"), ("Plumtree Charging", "PLT"), ("Foxglove Power", "FXG"),
        ("Marlpit Electric", "MRL"), ("Bramble Amps", "BRM"), ("Quillfeather", "QLF"), ("Tanner Row Energy", "TNR"), ("Copperpot", "CPT"),
        ("Heronsgate Volts", "HRG"), ("Lantern Yard", "LNY"), ("Mudlark Motion", "MDL"), ("Cobblestone Current", "CBC"), ("Old Ferry Power", "OFP"),
        ("Wickerlight", "WCK"), ("Saltmarsh Electric", "SLT"), ("Gannet Charging", "GNN"), ("Pepperbox", "PPB"), ("Hollyhock Volts", "HLH"),
        ("Duckpond Energy", "DCK"), ("Chimney Swift", "CHS"), ("Barleymow Power", "BLM"), ("Tidewheel", "TDW"), ("Velvet Ohm", "VLO"),
        ("Almanac Electric", "ALM"), ("Rookery Rapid", "RKR"), ("Sparrow Street", "SPS"), ("Candlewick Amps", "CNW"), ("Bellfounder", "BLF"),
        ("Juniper Kilowatt", "JNK"), ("Moorhen Motion", "MRH"), ("Gaslamp Revival", "GLR"), ("Two Bridges Power", "TWB"), ("Cartwheel Current", "CRW"),
        ("Inkwell Electric", "INK"), ("Poppyhead Volts", "PPH"), ("Weathervane Energy", "WVN"), ("Ironmonger Amps", "IRM"), ("Nettlebed Charging", "NTB"),
        ("Skylark Sockets", "SKS"), ("Ropewalk Rapid", "RWR"), ("Pippin Power", "PPN"), ("Oystershell", "OYS"), ("Harlequin Volts", "HQV"),
        ("Thistledown Electric", "THD"), ("Bargepole Energy", "BGP"), ("Larkspur Current", "LKS"), ("Tollgate Amps", "TLG"), ("Umberwood", "UMB"),
    ];

    /// <summary>Lower-case letters, digits and hyphens.</summary>
    public static string SlugOf(string name) => name.ToLowerInvariant().Replace(' ', '-');
}
