<#
.SYNOPSIS
Collects how Qlik Sense Enterprise (client-managed) signs people in, for diag. Reads only, and leaves secrets out.

.DESCRIPTION
Run it on the central node, as the account that runs the Qlik Sense services. It asks the repository service (QRS) with the certificate
CN=QlikClient, or with -Windows through the proxy as yourself. Needs no module. Windows PowerShell 5.1 and PowerShell 7 will do.

.PARAMETER Folder
A folder for the files. It is created; a folder that has files in it is not touched.

.PARAMETER Server
The central node by the name in its certificate. Without it, the name that Qlik Sense was installed with.

.PARAMETER Windows
Ask through the proxy with your own Windows account, which must be a RootAdmin, instead of with the certificate.

.PARAMETER Logs
Take the proxy's audit logs of the last day as well. They name people.

.EXAMPLE
.\Collect-QlikSense.ps1 -Folder qlik

.EXAMPLE
.\Collect-QlikSense.ps1 -Server sense.example.org -Windows -Logs
#>
[CmdletBinding()]
param(
    [string] $Folder = 'qlik',
    [string] $Server,
    [switch] $Windows,
    [switch] $Logs
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$data = Join-Path -Path $env:ProgramData -ChildPath 'Qlik\Sense'

# Takes out of JSON what lets somebody in. Everything else stays, character by character.
function Hide-Secret {
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [string] $Json)

    [regex]::Replace($Json, '("(?:oidcClientSecret|clientSecret|password)"\s*:\s*)"(?:[^"\\]|\\.)*"', '$1null')
}

function Save-Text {
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $Text
    )
    $path = Join-Path -Path $target -ChildPath $Name
    [System.IO.File]::WriteAllText($path, $Text, (New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false))
    Write-Output "written: $path"
}

# The name the node was installed with stands in Host.cfg, in base64.
function Get-CentralNode {
    [OutputType([string])]
    param()
    $file = Join-Path -Path $data -ChildPath 'Host.cfg'
    if (Test-Path -LiteralPath $file) {
        $name = Get-Content -LiteralPath $file -TotalCount 1
        return [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($name))
    }
    return $env:COMPUTERNAME
}

# What the repository service answers, as text.
function Get-Answer {
    [OutputType([string])]
    param([Parameter(Mandatory = $true)] [string] $Path)

    # The same 16 characters in the address and in a header; they guard against forged requests and are no secret.
    $key = '0123456789abcdef'
    $separator = '?'
    if ($Path.Contains('?')) { $separator = '&' }
    $request = @{
        Uri             = "$base$Path$($separator)xrfkey=$key"
        Method          = 'Get'
        UseBasicParsing = $true
        Headers         = @{ 'X-Qlik-Xrfkey' = $key }
    }
    if ($Windows) {
        $request.UseDefaultCredentials = $true
        $request.UserAgent = 'Windows'
    }
    else {
        $request.Certificate = $certificate
        $request.Headers['X-Qlik-User'] = 'UserDirectory=INTERNAL;UserId=sa_repository'
    }
    $answer = Invoke-WebRequest @request
    # Without a charset in the answer Windows PowerShell would read it as Latin-1.
    [System.Text.Encoding]::UTF8.GetString($answer.RawContentStream.ToArray())
}

if ((Test-Path -LiteralPath $Folder) -and (Get-ChildItem -LiteralPath $Folder -Force | Select-Object -First 1)) {
    throw "$Folder has files in it, and nothing is overwritten: choose another -Folder"
}
if (-not $Server) { $Server = Get-CentralNode }
$base = "https://$Server"
if (-not $Windows) {
    $base = "https://$($Server):4242"
    $certificate = Get-ChildItem -Path 'Cert:\CurrentUser\My', 'Cert:\LocalMachine\My' |
        Where-Object { $_.Subject -eq 'CN=QlikClient' -and $_.HasPrivateKey } |
        Select-Object -First 1
    if (-not $certificate) {
        throw 'No certificate CN=QlikClient here: run this as the account of the Qlik Sense services, or add -Windows'
    }
}
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
$target = (New-Item -ItemType Directory -Path $Folder -Force).FullName

$proxies = Get-Answer -Path '/qrs/virtualproxyconfig/full'
Save-Text -Name 'virtualproxyconfig.json' -Text (Hide-Secret -Json $proxies)
Save-Text -Name 'proxyservice.json' -Text (Hide-Secret -Json (Get-Answer -Path '/qrs/proxyservice/full'))

# The metadata of every virtual proxy that signs in with SAML (authenticationMethod 3). A ticket is good for one download.
foreach ($proxy in ($proxies | ConvertFrom-Json)) {
    if ($proxy.authenticationMethod -ne 3) { continue }
    $name = "$($proxy.prefix -replace '[^A-Za-z0-9._~-]', '_')_metadata_sp.xml"
    try {
        $ticket = (Get-Answer -Path "/qrs/virtualproxyconfig/$($proxy.id)/generate/samlmetadata" | ConvertFrom-Json).value
        Save-Text -Name $name -Text (Get-Answer -Path "/qrs/download/samlmetadata/$ticket/$name")
    }
    catch {
        Write-Warning "$name is missing: $($_.Exception.Message)"
    }
}

# Which provider holds the keys decides whether requests can be signed with SHA-256. This lists certificates; keys stay where they are.
if (Get-Command -Name certutil.exe -ErrorAction SilentlyContinue) {
    Save-Text -Name 'certificates.txt' -Text ((& certutil.exe -store -v my) -join "`r`n")
}

if ($Logs) {
    $traces = Join-Path -Path $data -ChildPath 'Log\Proxy\Trace'
    $since = (Get-Date).AddDays(-1)
    Get-ChildItem -Path (Join-Path -Path $traces -ChildPath '*_Audit_Proxy.txt') |
        Where-Object { $_.LastWriteTime -gt $since } |
        ForEach-Object {
            Copy-Item -LiteralPath $_.FullName -Destination $target
            Write-Output "written: $(Join-Path -Path $target -ChildPath $_.Name)"
        }
}

Write-Output "Look through $target before you send it. It holds no secrets that this script knows of; names and addresses are in it."
